import type { ApolloServerPlugin } from '@apollo/server';
import type { Clock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** The request headers that an answer depends on: a browser must not take one caller's answer for another's. */
const VARY_HEADERS = 'accept, authorization, switchboard-explain';

/**
 * Says how long an answer may be kept: as long as the shortest-lived piece of vendor data in it. Not at all where there is
 * none (what the configuration and the process's health say may change at any time), where anything failed, and where the
 * caller asked for the plan instead. What was refused keeps the `no-store` that the server gives every answer.
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
