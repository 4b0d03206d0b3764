import type { JWTPayload } from 'jose';
import { type JwtConfig, type Scope, SCOPES } from '../config/settings.ts';
import type { Caller } from '../request/caller.ts';

/** Creates a function that reads the caller from the claims of a verified token. */
export function createCallerReader(names: JwtConfig['claims']): (payload: JWTPayload) => Caller {
  return (payload) => {
    const scopes = readNames(payload, names.scopes);
    const accounts = readNames(payload, names.accounts);
    return {
      name: nameOf(payload),
      scopes: new Set<Scope>(scopes ? SCOPES.filter((scope) => scopes.includes(scope)) : ['read']),
      accounts: accounts || names.requireAccounts ? new Set(accounts) : null,
    };
  };
}

/** A client-credentials token may name only the client: in `client_id` (RFC 8693, section 4.3) or in `azp` (OpenID Connect). */
function nameOf({ sub, client_id: client, azp }: JWTPayload): string {
  const subject = [sub, client, azp].find((claim): claim is string => typeof claim === 'string' && claim !== '');
  return subject === undefined ? 'jwt' : `jwt:${subject}`;
}

/**
 * Reads a claim of names: a list, or a text of names separated by spaces (RFC 8693, section 4.2). Null if the token has no
 * such claim. A claim of another form has no names, so that it grants nothing.
 */
function readNames(payload: JWTPayload, claimName: string): readonly string[] | null {
  // A configured name such as `constructor` must not find a property that every object inherits.
  if (!Object.hasOwn(payload, claimName)) return null;
  const claim = payload[claimName];
  if (typeof claim === 'string') return claim.split(' ').filter((name) => name !== '');
  return Array.isArray(claim) && claim.every((name) => typeof name === 'string') ? claim : [];
}
