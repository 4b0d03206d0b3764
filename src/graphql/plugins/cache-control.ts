import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Clock } from '../../domain/clock.ts';
import { formatCacheControl } from '../../request/max-age.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** The request headers that a response depends on: a browser must not reuse one caller's response for another. */
const VARY_HEADERS = 'accept, authorization, switchboard-explain';

/**
 * Sets `Cache-Control: max-age` to the seconds after which the same request can first bring something new, so that a client that
 * sleeps as long polls at the right pace. It is the shortest remaining time of the vendor data in the response, rounded up, and at
 * least one second: also while data is revalidated, without vendor data (configuration and process health may change at any
 * time), and after an error that is not a vendor's. For a failed vendor read the cache names the time of its next attempt. Plans
 * and rejected operations keep the `no-store` that the server sets on every response.
 *
 * Also decides how far the response may serve other requests: one with an error, whose end is not known, serves those that wait
 * for it, as the failure of a vendor call does.
 */
export function cacheControlPlugin(clock: Clock): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue }) =>
      Promise.resolve({
        willSendResponse: ({ source, response: { body, http } }) => {
          const { calls, cachePolicy, reuse, explain } = contextValue;
          if (body.kind !== 'single' || body.singleResult.data === undefined || explain === 'plan') {
            reuse.restrict('none');
            return Promise.resolve();
          }
          const { errors = [] } = body.singleResult;
          if (errors.length > 0) reuse.restrict('shared');
          // The next response would come from the cache, and say so.
          const isFromVendor = calls.records.some(({ servedFrom }) => servedFrom === 'VENDOR');
          if (isFromVendor && source.includes('servedFrom')) reuse.restrict('shared');
          const expiresAt = errors.every(isLasting) ? cachePolicy.expiresAt() : null;
          http.headers.set('cache-control', formatCacheControl(expiresAt === null ? null : expiresAt - clock.now()));
          http.headers.set('vary', VARY_HEADERS);
          return Promise.resolve();
        },
      }),
  };
}

/** Whether the error lasts as long as the response: a vendor's, whose end the cache names, or one of the request itself. */
function isLasting({ extensions }: GraphQLFormattedError): boolean {
  return extensions?.code !== 'INTERNAL_SERVER_ERROR';
}
