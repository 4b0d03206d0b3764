import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../../request/request-context.ts';

/**
 * With `Switchboard-Explain: trace`, lists every vendor call made and every cached value used in `extensions.switchboard`. Adds
 * nothing for a caller without the scope, whatever the response is, and nothing where the operation was forbidden.
 */
export const tracePlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ contextValue }) =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (contextValue.explain !== 'trace' || body.kind !== 'single') return Promise.resolve();
        const { singleResult } = body;
        const isForbidden = singleResult.errors?.some(({ extensions }) => extensions?.code === 'FORBIDDEN');
        if (isForbidden || !contextValue.caller.scopes.has('explain')) return Promise.resolve();
        const vendorCalls = contextValue.calls.records.map((call) => ({ ...call, ms: Math.round(call.ms * 10) / 10 }));
        singleResult.extensions = { ...singleResult.extensions, switchboard: { vendorCalls } };
        return Promise.resolve();
      },
    }),
};
