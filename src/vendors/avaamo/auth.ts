import type { Secret } from '../../config/secret.ts';

/** Every call carries the user access token unchanged; there is no token endpoint, no renewal and no known expiry. */
export function createAuthorizer(token: Secret): () => Readonly<Record<string, string>> {
  return () => ({ 'Access-Token': token.reveal() });
}
