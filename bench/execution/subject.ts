import { HeaderMap } from '@apollo/server';
import { createGraphql, type Graphql } from '../../src/composition/graphql.ts';
import { type PerformanceSettings, settingsShape } from '../../src/config/settings.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Services } from '../../src/gather/query-context.ts';
import { instrumentResponseObjects } from '../../src/graphql/limits/response-objects.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { anonymousCaller } from '../../src/request/caller.ts';
import { createRequestContext, type RequestContext } from '../../src/request/request-context.ts';

export const limits = settingsShape.limits.parse({});

/** The GraphQL layer over services. */
export function createSubject(services: Services, performance: Partial<PerformanceSettings>): Promise<Graphql> {
  return createGraphql({
    config: { limits, performance: settingsShape.performance.parse(performance) },
    schema: instrumentResponseObjects(createSchema()),
    services,
    clock: systemClock,
    metrics: createMetrics(),
    onUnexpectedError: (error) => {
      throw error;
    },
  });
}

export function createBenchContext(): RequestContext {
  return createRequestContext({
    caller: anonymousCaller,
    requestId: 'bench',
    explain: null,
    disconnectSignal: new AbortController().signal,
    clock: systemClock,
    limits,
  });
}

/** Returns the text of the answer. */
export async function ask({ execute }: Graphql, query: string, variables: unknown): Promise<string> {
  const context = createBenchContext();
  const headers = new HeaderMap([['content-type', 'application/json']]);
  const { status, body } = await execute({ method: 'POST', headers, search: '', body: { query, variables } }, context);
  context.close();
  if (body.kind !== 'complete' || (status ?? 200) !== 200) throw new Error(JSON.stringify(body));
  return body.string;
}

/** The same text each time, as typed clients send it, or a new one, as an alias makes it. */
export const TEXTS = {
  'same text': (query: string) => query,
  'new text': (query: string, index: number) =>
    query.replace(/latestInteractions|statusPeriods|__typename/, (name) => `${name}_x${index}: ${name}`),
};
