import type { Caller } from '../request/caller.ts';
import type { Authenticator } from './auth.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import type { Route } from './routes.ts';

const MAX_HEADERS = 100;
const MAX_URL_LENGTH = 8192;

/** Refuses what is too big to look at, what nobody serves, and methods that the path does not know. */
export function validateRequest({ request }: Exchange, route: Route | undefined): Route {
  if (request.rawHeaders.length / 2 > MAX_HEADERS) {
    throw new HttpError(431, 'BAD_REQUEST', `A request may have ${MAX_HEADERS} headers`, { limit: 'headers' });
  }
  if ((request.url ?? '').length > MAX_URL_LENGTH) {
    throw new HttpError(414, 'BAD_REQUEST', `A URL may be ${MAX_URL_LENGTH} characters long`, { limit: 'url_bytes' });
  }
  if (!route) throw new HttpError(404, 'NOT_FOUND', 'Nothing is served at this path');
  if (!route.methods.includes(request.method ?? '')) {
    const allow = route.methods.join(', ');
    throw new HttpError(405, 'BAD_REQUEST', `This path knows only ${allow}`, { headers: { allow } });
  }
  return route;
}

/** Tells who asks and lets them in, or refuses: always in the same words, so that guessing teaches nothing. */
export async function authorize(
  { request, log }: Exchange,
  auth: Exclude<Route['auth'], 'none'>,
  authenticate: Authenticator,
): Promise<Caller> {
  const caller = await authenticate(request.headers.authorization);
  if ('failure' in caller) {
    log.refused = caller.failure;
    if (caller.failure === 'keys_unavailable') {
      const headers = { 'retry-after': '5' };
      throw new HttpError(503, 'INTERNAL_SERVER_ERROR', 'Callers cannot be recognised just now', { headers });
    }
    const headers = { 'www-authenticate': 'Bearer' };
    throw new HttpError(401, 'UNAUTHENTICATED', 'Authenticate with "Authorization: Bearer …"', { headers });
  }
  log.caller = caller.name.slice(0, 128);
  if (auth !== 'required' && !caller.scopes.has(auth)) {
    throw new HttpError(403, 'FORBIDDEN', `This needs the scope "${auth}"`);
  }
  return caller;
}
