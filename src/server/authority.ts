/**
 * Returns the normalised host name of an authority such as `Localhost.:4000` (the Host header, or a request target in absolute
 * form): lower case, without port and trailing dot; an IPv4 address in dotted form, an IPv6 address in brackets. Null for text
 * that is not an authority, such as one with user info.
 */
export function parseHostname(authority: string): string | null {
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d*)?$/i.test(authority)) return null;
  const hostname = URL.parse(`http://${authority}`)?.hostname.replace(/\.$/, '');
  return hostname === undefined || hostname === '' ? null : hostname;
}
