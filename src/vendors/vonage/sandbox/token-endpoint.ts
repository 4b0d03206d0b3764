import { randomBytes } from 'node:crypto';
import type { Instant } from '../../../domain/clock.ts';
import type { SandboxRequest } from '../../sandbox.ts';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Issues access tokens for client credentials (RFC 6749, section 4.4) and verifies them until they expire. */
export interface TokenEndpoint {
  handle(request: SandboxRequest): { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
  /** Whether an Authorization header has a valid token. */
  verify(authorization: string | undefined): boolean;
}

export function createTokenEndpoint(
  client: ClientCredentials,
  lifetimeSeconds: number,
  now: () => Instant,
): TokenEndpoint {
  const expiries = new Map<string, Instant>();

  return {
    handle: (request) => {
      if (!isFormEncoded(request)) return errorResponse('invalid_request', 'The body must be form-encoded');
      const form = new URLSearchParams(request.body.toString());
      if (!hasValidCredentials(client, request.headers.authorization, form)) return errorResponse('invalid_client');
      if (form.get('grant_type') !== 'client_credentials') {
        return errorResponse('unsupported_grant_type', 'Invalid grant_type');
      }
      if ((form.get('scope') ?? '').trim() === '') return errorResponse('invalid_scope', 'You must specify a scope');

      for (const [token, expiry] of expiries) if (expiry <= now()) expiries.delete(token);
      const token = randomBytes(24).toString('base64url');
      expiries.set(token, now() + lifetimeSeconds * 1000);
      return { status: 200, body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' } };
    },
    verify: (authorization) => {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
      return (expiries.get(token) ?? -Infinity) > now();
    },
  };
}

function isFormEncoded(request: SandboxRequest): boolean {
  return /^application\/x-www-form-urlencoded *(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** RFC 6749, section 2.3.1: by HTTP Basic, with both parts form-encoded, or in the body. */
function hasValidCredentials(
  { clientId, clientSecret }: ClientCredentials,
  authorization: string | undefined,
  form: URLSearchParams,
): boolean {
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  const credentials = Buffer.from(basic, 'base64').toString();
  // Many clients leave out the form-encoding, and many servers accept that.
  return [`${clientId}:${clientSecret}`, `${formEncode(clientId)}:${formEncode(clientSecret)}`].includes(credentials);
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function errorResponse(error: string, description?: string): ReturnType<TokenEndpoint['handle']> {
  return { status: 400, body: description === undefined ? { error } : { error, error_description: description } };
}
