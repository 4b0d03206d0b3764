import { HeaderMap } from '@apollo/server';
import type { Plan } from '../planning/plan.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createRequestContext } from '../request/request-context.ts';
import { createStandalone, type StandaloneOptions } from './standalone.ts';

/** A GraphQL request, as it is posted. */
export interface PlannedRequest {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | undefined;
}

/** What the gateway answers with `Switchboard-Explain: plan`. */
export interface PlanAnswer {
  readonly errors?: readonly {
    readonly message: string;
    readonly locations?: readonly { readonly line: number; readonly column: number }[];
  }[];
  readonly extensions?: { readonly switchboard?: { readonly plan?: Plan } };
}

/** Plans an operation with an empty cache, for a caller who may see every account. Calls no vendor and reads no Redis. */
export async function planQuery(request: PlannedRequest, options: StandaloneOptions): Promise<PlanAnswer> {
  const { config, clock } = options;
  const standalone = createStandalone(options);
  const context = createRequestContext({
    caller: anonymousCaller,
    requestId: 'plan',
    explain: 'plan',
    disconnectSignal: new AbortController().signal,
    clock,
    limits: config.limits,
  });
  try {
    const graphql = await standalone.createGraphql();
    const headers = new HeaderMap([['content-type', 'application/json']]);
    const { body } = await graphql.execute({ method: 'POST', headers, search: '', body: request }, context);
    return JSON.parse(body.kind === 'complete' ? body.string : '{}') as PlanAnswer;
  } finally {
    context.close();
    await standalone.close();
  }
}
