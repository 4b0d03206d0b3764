import type { ApolloServerPlugin } from '@apollo/server';
import type { Clock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** The request headers that a response depends on: a browser must not reuse one caller's response for another. */
const VARY_HEADERS = 'accept, authorization, switchboard-explain';

/**
 * Sets `Cache-Control: max-age` to the shortest remaining TTL of the vendor data in the response. It is 0 without vendor data
 * (configuration and process health may change at any time) and after any error. Plans and rejected operations keep the
 * `no-store` that the server sets on every response.
 */
export function cacheControlPlugin(clock: Clock): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue }) =>
      Promise.resolve({
        willSendResponse: ({ response: { body, http } }) => {
          if (body.kind !== 'single' || body.singleResult.data === undefined || contextValue.explain === 'plan')
            return Promise.resolve();
          const expiresAt = body.singleResult.errors ? null : contextValue.cachePolicy.expiresAt();
          const maxAgeSeconds = expiresAt === null ? 0 : Math.max(0, Math.floor((expiresAt - clock.now()) / SECOND));
          http.headers.set('cache-control', `private, max-age=${maxAgeSeconds}`);
          http.headers.set('vary', VARY_HEADERS);
          return Promise.resolve();
        },
      }),
  };
}
