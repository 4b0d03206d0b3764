import type { Caller } from '../request/caller.ts';
import type { Authenticate } from './auth.ts';
import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';
import type { Route } from './routes.ts';

const MOST_HEADERS = 100;
const LONGEST_URL = 8192;

/** Refuses what is too big to look at, what nobody serves, and methods that the path does not know. */
export function checkRequest({ request }: Exchange, route: Route | undefined): Route {
  if (request.rawHeaders.length / 2 > MOST_HEADERS) {
    throw new Refusal(431, 'BAD_REQUEST', `A request may have ${MOST_HEADERS} headers`, { limit: 'headers' });
  }
  if ((request.url ?? '').length > LONGEST_URL) {
    throw new Refusal(414, 'BAD_REQUEST', `A URL may be ${LONGEST_URL} characters long`, { limit: 'url_bytes' });
  }
  if (!route) throw new Refusal(404, 'NOT_FOUND', 'Nothing is served at this path');
  if (!route.methods.includes(request.method ?? '')) {
    const allow = route.methods.join(', ');
    throw new Refusal(405, 'BAD_REQUEST', `This path knows only ${allow}`, { headers: { allow } });
  }
  return route;
}

/** Tells who asks and lets them in, or refuses: always in the same words, so that guessing teaches nothing. */
export async function admit(
  { request, log }: Exchange,
  access: Exclude<Route['access'], 'anybody'>,
  authenticate: Authenticate,
): Promise<Caller> {
  const caller = await authenticate(request.headers.authorization);
  if ('failure' in caller) {
    log.refused = caller.failure;
    if (caller.failure === 'keys_unavailable') {
      const headers = { 'retry-after': '5' };
      throw new Refusal(503, 'INTERNAL_SERVER_ERROR', 'Callers cannot be recognised just now', { headers });
    }
    const headers = { 'www-authenticate': 'Bearer' };
    throw new Refusal(401, 'UNAUTHENTICATED', 'Authenticate with "Authorization: Bearer …"', { headers });
  }
  log.caller = caller.name.slice(0, 128);
  if (access !== 'callers' && !caller.scopes.has(access)) {
    throw new Refusal(403, 'FORBIDDEN', `This needs the scope "${access}"`);
  }
  return caller;
}
