import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { FetchRequest } from './fetch-request.ts';
import { type FreshnessPolicy, isStale, type ReadOutcome } from './freshness.ts';
import type { KeyInFlight } from './key-in-flight.ts';

type Outcomes = ReadonlyMap<string, ReadOutcome>;

interface RenewalOptions {
  readonly freshness: FreshnessPolicy;
  readonly onRead: (endpoint: string, result: 'stale_if_error', keys: number) => void;
}

/**
 * A fetch with conditions fails where only an older value is there. Readers without conditions that have joined it get that value:
 * replaces their failures. The fetch itself does not, since its own reader refuses the value.
 */
export async function replaceRenewalFailures<Key, Value>(
  { freshness, onRead }: RenewalOptions,
  { namespace, context }: Pick<FetchRequest<Key, Value>, 'namespace' | 'context'>,
  joined: ReadonlyMap<string, KeyInFlight>,
  outcomes: Outcomes,
): Promise<Outcomes> {
  if (context.accepts || joined.size === 0) return outcomes;
  const failures = [...outcomes].flatMap(([id, { result }]) =>
    joined.get(id)?.accepts && result instanceof VendorError && !isNotFound(result) ? [[id, result] as const] : [],
  );
  if (failures.length === 0) return outcomes;
  const ids = failures.map(([id]) => id);
  const { stale } = await freshness.lookup(namespace, ids);
  const replaced = failures.flatMap(([id, error]): [string, ReadOutcome][] => {
    const entry = stale.get(id);
    return entry ? [[id, freshness.staleIfError(error, entry)]] : [];
  });
  const served = replaced.filter(([, outcome]) => isStale(outcome)).length;
  if (served > 0) onRead(namespace.endpoint, 'stale_if_error', served);
  return new Map([...outcomes, ...replaced]);
}
