import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../request/request-context.ts';

/** Tells a caller who asks for it (`Switchboard-Explain: trace`) what a query has cost, call by call. */
export const tracePlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ contextValue }) =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (contextValue.explain !== 'trace' || body.kind !== 'single') return Promise.resolve();
        const vendorCalls = contextValue.calls.records.map((call) => ({ ...call, ms: Math.round(call.ms * 10) / 10 }));
        body.singleResult.extensions = { ...body.singleResult.extensions, switchboard: { vendorCalls } };
        return Promise.resolve();
      },
    }),
};
