import type { Clock } from '../domain/clock.ts';
import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { FetchRequest } from './fetch-request.ts';
import { type FreshnessPolicy, isStale, type ReadOutcome } from './freshness.ts';
import type { KeyInFlight } from './key-in-flight.ts';
import { toServedWhileWaiting } from './quota-wait.ts';

type Outcomes = ReadonlyMap<string, ReadOutcome>;

interface RenewalOptions {
  readonly freshness: FreshnessPolicy;
  readonly clock: Clock;
  readonly onRead: (endpoint: string, result: 'stale_if_error' | 'shared_hit', keys: number) => void;
}

type JoiningRequest<Key, Value> = Pick<FetchRequest<Key, Value>, 'namespace' | 'context'>;

/**
 * A fetch with conditions fails where only an older value is there. Readers without conditions that have joined it get that value:
 * replaces their failures. The fetch itself does not, since its own reader refuses the value.
 */
export async function replaceRenewalFailures<Key, Value>(
  options: RenewalOptions,
  { namespace, context }: JoiningRequest<Key, Value>,
  joined: ReadonlyMap<string, KeyInFlight>,
  outcomes: Outcomes,
): Promise<Outcomes> {
  if (context.accepts || joined.size === 0) return outcomes;
  const { freshness, onRead } = options;
  const failures = [...outcomes].flatMap(([id, { result }]) =>
    joined.get(id)?.accepts && result instanceof VendorError && !isNotFound(result) ? [[id, result] as const] : [],
  );
  if (failures.length === 0) return outcomes;
  const ids = failures.map(([id]) => id);
  const { fresh, stale } = await freshness.lookup(namespace, ids);
  const replaced = failures.flatMap(([id, error]): [string, ReadOutcome][] => {
    const entry = stale.get(id);
    return entry ? [[id, freshness.staleIfError(error, entry)]] : [];
  });
  const served = replaced.filter(([, outcome]) => isStale(outcome)).length;
  if (served > 0) onRead(namespace.endpoint, 'stale_if_error', served);
  // What another process has fetched meanwhile.
  if (fresh.size > 0) onRead(namespace.endpoint, 'shared_hit', fresh.size);
  return new Map([...outcomes, ...replaced, ...fresh]);
}

/**
 * Returns what a reader without conditions gets at once of a key that it has joined, and whose renewal waits for the rate limit;
 * undefined where it waits, too.
 */
export async function findWhileRenewalWaits<Key, Value>(
  { freshness, clock, onRead }: RenewalOptions,
  { namespace, context }: JoiningRequest<Key, Value>,
  key: KeyInFlight,
): Promise<ReadOutcome | undefined> {
  const { id } = key;
  if (context.accepts || !key.accepts) return undefined;
  const { fresh, stale } = await freshness.lookup(namespace, [id]);
  const known = fresh.get(id);
  if (known) onRead(namespace.endpoint, 'shared_hit', 1);
  const [entry, failure] = [stale.get(id), key.giveUp()?.result];
  if (known || !entry || !(failure instanceof VendorError)) return known;
  const served = toServedWhileWaiting({ freshness, clock }, entry, () => failure);
  if (!served || (context.waitsForFresh === true && !isStale(served))) return undefined;
  onRead(namespace.endpoint, 'stale_if_error', 1);
  return served;
}
