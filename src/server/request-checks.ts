import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import type { Caller } from '../request/caller.ts';
import type { Authenticator, AuthFailure } from './auth.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import type { AuthFailureReason } from './ports.ts';
import type { Route } from './routes.ts';

const MAX_HEADERS = 100;
const MAX_URL_LENGTH = 8192;

/** Rejects oversized requests, unknown paths and methods that the route does not support. */
export function validateRequest({ request }: Exchange, route: Route | undefined): Route {
  if (request.rawHeaders.length / 2 > MAX_HEADERS) {
    throw new HttpError(431, 'BAD_REQUEST', `Too many request headers; the limit is ${MAX_HEADERS}.`, {
      limit: 'headers',
    });
  }
  if ((request.url ?? '').length > MAX_URL_LENGTH) {
    throw new HttpError(414, 'BAD_REQUEST', `The URL is too long; the limit is ${MAX_URL_LENGTH} characters.`, {
      limit: 'url_bytes',
    });
  }
  if (!route) throw new HttpError(404, 'NOT_FOUND', 'Not found.');
  if (!route.methods.includes(request.method ?? '')) {
    const message = `Method not allowed; use ${route.methods.join(' or ')}.`;
    throw new HttpError(405, 'BAD_REQUEST', message, { headers: { allow: route.methods.join(', ') } });
  }
  return route;
}

/** Authenticates and authorizes a request, at once where its credentials are known. Every failed authentication gets the same message, so guessing reveals nothing. */
export function authorize(
  exchange: Exchange,
  auth: Exclude<Route['auth'], 'none'>,
  authenticate: Authenticator,
): MaybePromise<Caller> {
  const caller = authenticate(exchange.request.headers.authorization, exchange.clientAddress);
  return mapValue(caller, (result) => assertAuthorized(exchange, auth, result));
}

function assertAuthorized(
  { log }: Exchange,
  auth: Exclude<Route['auth'], 'none'>,
  caller: Caller | AuthFailure,
): Caller {
  if ('failure' in caller) {
    log.rejection = caller.failure;
    if (caller.failure === 'keys_unavailable') {
      const headers = { 'retry-after': '5' };
      throw new HttpError(503, 'INTERNAL_SERVER_ERROR', 'Authentication is temporarily unavailable.', { headers });
    }
    const headers = { 'www-authenticate': formatChallenge(caller.failure) };
    throw new HttpError(
      401,
      'UNAUTHENTICATED',
      'Authentication required; send "Authorization: Bearer <API key or JWT>".',
      { headers },
    );
  }
  log.caller = caller.name.slice(0, 128);
  if (auth !== 'required' && !caller.scopes.has(auth)) {
    throw new HttpError(403, 'FORBIDDEN', `Missing scope "${auth}".`);
  }
  return caller;
}

/** A request without a bearer token has no error (RFC 6750, section 3.1). Why a token was rejected is not reported. */
function formatChallenge(failure: AuthFailureReason): string {
  return failure === 'missing' || failure === 'malformed_header' ? 'Bearer' : 'Bearer error="invalid_token"';
}
