import type { ApolloServerPlugin } from '@apollo/server';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { RequestContext } from '../request/context.ts';

/** The request headers that an answer depends on: a browser must not take one caller's answer for another's. */
const VARY = 'accept, authorization, switchboard-explain';

/**
 * Says how long an answer may be kept: as long as the shortest-lived piece of vendor data in it. Not at all where there is
 * none (what the configuration and the process's health say may change at any time), where anything failed, and where the
 * caller asked for the plan instead. What was refused keeps the `no-store` that the server gives every answer.
 */
export function shelfLifePlugin(clock: Clock): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue: { request } }) =>
      Promise.resolve({
        willSendResponse: ({ response: { body, http } }) => {
          if (body.kind !== 'single' || body.singleResult.data === undefined || request.explain === 'plan')
            return Promise.resolve();
          const until = body.singleResult.errors ? null : request.shelfLife.until();
          const seconds = until === null ? 0 : Math.max(0, Math.floor((until - clock.now()) / SECOND));
          http.headers.set('cache-control', `private, max-age=${seconds}`);
          http.headers.set('vary', VARY);
          return Promise.resolve();
        },
      }),
  };
}
