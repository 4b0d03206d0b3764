import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContextWrapper } from '../../request/context.ts';

/** Tells a caller who asks for it (`Switchboard-Explain: trace`) what a query has cost, call by call. */
export const tracePlugin: ApolloServerPlugin<RequestContextWrapper> = {
  requestDidStart: ({ contextValue: { request } }) =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (request.explain !== 'trace' || body.kind !== 'single') return Promise.resolve();
        const vendorCalls = request.ledger.records.map((call) => ({ ...call, ms: Math.round(call.ms * 10) / 10 }));
        body.singleResult.extensions = { ...body.singleResult.extensions, switchboard: { vendorCalls } };
        return Promise.resolve();
      },
    }),
};
