import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Clock, Instant } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** The request headers that a response depends on: a browser must not reuse one caller's response for another. */
const VARY_HEADERS = 'accept, authorization, switchboard-explain';

/** The shortest pace that a response suggests to a client that polls. */
const MIN_MAX_AGE_SECONDS = 1;

/**
 * Sets `Cache-Control: max-age` to the seconds after which the same request can first bring something new, so that a client that
 * sleeps as long polls at the right pace. It is the shortest remaining time of the vendor data in the response, rounded up, and at
 * least one second: also while data is revalidated, without vendor data (configuration and process health may change at any
 * time), and after an error that is not a vendor's. For a failed vendor read the cache names the time of its next attempt. Plans
 * and rejected operations keep the `no-store` that the server sets on every response.
 */
export function cacheControlPlugin(clock: Clock): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue }) =>
      Promise.resolve({
        willSendResponse: ({ response: { body, http } }) => {
          if (body.kind !== 'single' || body.singleResult.data === undefined || contextValue.explain === 'plan')
            return Promise.resolve();
          const { errors = [] } = body.singleResult;
          const expiresAt = errors.every(isLasting) ? contextValue.cachePolicy.expiresAt() : null;
          http.headers.set('cache-control', `private, max-age=${maxAgeSeconds(expiresAt, clock.now())}`);
          http.headers.set('vary', VARY_HEADERS);
          return Promise.resolve();
        },
      }),
  };
}

function maxAgeSeconds(expiresAt: Instant | null, now: Instant): number {
  return expiresAt === null
    ? MIN_MAX_AGE_SECONDS
    : Math.max(MIN_MAX_AGE_SECONDS, Math.ceil((expiresAt - now) / SECOND));
}

/** Whether the error lasts as long as the response: a vendor's, whose end the cache names, or one of the request itself. */
function isLasting({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.code !== 'INTERNAL_SERVER_ERROR';
}
