import type { AccountConfig } from '../../config/account.ts';
import type { VendorError } from '../../domain/vendor-error.ts';
import { describeCredentials } from './credentials.ts';

type Remedy = (account: AccountConfig, error: VendorError) => string;

/** By reason, the first match counts. docs/operations.md lists the reasons. */
const REMEDIES: readonly (readonly [reasons: RegExp, remedy: Remedy])[] = [
  [
    /^dns(_temporary)?$/,
    ({ baseUrl }) => `the name ${baseUrl.hostname} does not resolve: check baseUrl, and this machine’s DNS`,
  ],
  [/^connect$/, ({ baseUrl }) => `no server listens at ${baseUrl.host}, or a firewall refuses: check baseUrl`],
  [
    /^timeout_connect$/,
    ({ baseUrl, connectTimeoutMs }) =>
      `no connection to ${baseUrl.host} within connectTimeoutMs (${connectTimeoutMs}): a firewall drops it, or a proxy is needed (proxyUrl or HTTPS_PROXY)`,
  ],
  [
    /^(reset|stale_connection)$/,
    ({ baseUrl }) =>
      `${baseUrl.host} closes the connection: look for a firewall or proxy in between, or a port that speaks TLS`,
  ],
  [
    /^tls$/,
    ({ baseUrl }) =>
      `the certificate of ${baseUrl.hostname} is not trusted, expired or of another host: for a private authority set NODE_EXTRA_CA_CERTS; check this machine’s clock`,
  ],
  [/^proxy$/, () => 'the proxy cannot be reached: check proxyUrl, or HTTPS_PROXY; NO_PROXY names hosts that need none'],
  [/^proxy_auth$/, () => 'the proxy wants a user name and password: add them to proxyUrl, or to HTTPS_PROXY'],
  [
    /^proxy_refused$/,
    ({ baseUrl }) => `the proxy does not allow ${baseUrl.hostname}: have it allowed, or name the host in NO_PROXY`,
  ],
  [
    /^proxy_upstream$/,
    ({ baseUrl }) => `the proxy does not reach ${baseUrl.host}: check baseUrl, and the proxy’s own network`,
  ],
  [
    /^timeout_total$/,
    ({ timeoutMs }) => `no answer within timeoutMs (${timeoutMs}): ask the vendor, or raise timeoutMs`,
  ],
  [
    /^oauth_timestamp_refused$/,
    () => 'the vendor refuses the time of the request: set this machine’s clock, best by NTP',
  ],
  [
    /^(status_401|status_403|token_refused|oauth_.*)$/,
    (account) =>
      `the vendor refuses the credentials: compare ${describeCredentials(account)} with the vendor’s console, and look at the permissions of the key there`,
  ],
  [
    /^unsendable$/,
    (account) => `a credential has a character that no header can carry: ${describeCredentials(account)}`,
  ],
  [
    /^status_404$/,
    (account) =>
      `the vendor knows no such account or agent: check baseUrl (${account.baseUrl.href}), ${describeCredentials(account)}, and the agent’s reference in the directory`,
  ],
  [/^redirect$/, ({ baseUrl }) => `${baseUrl.host} redirects to another address: set baseUrl to the API’s own host`],
  [
    /^(contract|malformed_json|malformed_http|content_coding|too_large|truncated)$/,
    ({ baseUrl }) =>
      `the answer is not what the vendor documents, such as a login page: check that baseUrl (${baseUrl.href}) is the API’s, and apiVersion where the account has one`,
  ],
  [
    /^(status_429|sentence|rate_gate|quota_local)$/,
    (_, { retryAfterSeconds }) =>
      `the quota is used up${retryAfterSeconds === null ? '' : `; it is free again in ${retryAfterSeconds} s`}: see what else uses it, and set requestsPerMinute below it`,
  ],
  [/^status_5..$/, () => 'the vendor has a problem: try again later, and look at its status page'],
];

/** What to do about the failed call of an account; it names the settings to look at, and masks secrets. */
export function findRemedy(account: AccountConfig, error: VendorError): string {
  const remedy = REMEDIES.find(([reasons]) => reasons.test(error.reason ?? ''))?.[1];
  return (
    remedy?.(account, error) ??
    `compare the account’s settings with the vendor’s documents: ${describeCredentials(account)}`
  );
}
