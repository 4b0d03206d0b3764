import packageJson from '../../package.json' with { type: 'json' };
import type { AccountConfig } from '../config/account.ts';

/** Identifies the gateway to vendors (https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5). */
export const USER_AGENT = `switchboard/${packageJson.version}`;

export interface AccountHeadersOptions extends Pick<AccountConfig, 'baseUrl' | 'headers'> {
  /** Sent unless the account has a `user-agent` of its own. */
  readonly userAgent: string;
}

/**
 * Creates the headers of an account's requests, whatever their endpoint. The account's own headers may be credentials, so they are
 * sent to the origin of its base URL only: not to the hosts of file links, nor to a token URL elsewhere.
 */
export function createAccountHeaders({
  baseUrl,
  headers,
  userAgent,
}: AccountHeadersOptions): (url: Pick<URL, 'origin'>) => Readonly<Record<string, string>> {
  const ownHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]));
  const everywhere = { 'user-agent': ownHeaders['user-agent'] ?? userAgent };
  const atBaseUrl = { ...ownHeaders, ...everywhere };
  const { origin } = baseUrl;
  return (url) => (url.origin === origin ? atBaseUrl : everywhere);
}
