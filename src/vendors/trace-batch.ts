import { runInSpan } from '../domain/trace-span.ts';
import type { CallContext } from '../http/types.ts';

/** Reads a batch of a loader in the context of its query, with a span of its own where the query is traced. */
export function traceBatch<Context extends CallContext, Result>(
  request: Context,
  endpoint: string,
  keys: number,
  read: (request: Context) => Promise<Result>,
): Promise<Result> {
  if (!request.span) return read(request);
  const attributes = { 'switchboard.endpoint': endpoint, 'switchboard.keys': keys };
  return runInSpan(request.span.startChild(`load ${endpoint}`, 'internal', attributes), (span) =>
    read({ ...request, span }),
  );
}
