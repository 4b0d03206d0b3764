import type { Finding } from '../violations.ts';
import { type Answer, isExplained } from './answer.ts';

export const LOOKUP_QUERY = `query SoakLookup($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`;

export interface LookupData {
  readonly nodes: readonly ({ readonly __typename: string; readonly id: string } | null)[];
}

/** An id that an earlier answer contained. */
export interface KnownId {
  readonly id: string;
  /** `interaction`: the vendor lists only the latest ones, so that one may be gone. */
  readonly kind: 'agent' | 'status period' | 'interaction';
  readonly seenAt: number;
}

/** Checks that what an id stands for is found: an agent always, a status period unless an error says why not. */
export function checkLookup(answer: Answer<LookupData>, ids: readonly KnownId[]): readonly Finding[] {
  const { data } = answer;
  if (!data) return [];
  return ids.flatMap(({ id, kind }, index): readonly Finding[] => {
    const node = data.nodes[index] ?? null;
    if (node) return node.id === id ? [] : [{ check: 'look-up of another node', detail: `${kind} ${id}` }];
    const isError = isExplained(answer, `nodes.${index}`);
    if (kind === 'interaction' || (kind === 'status period' && isError)) return [];
    return [{ check: isError ? 'look-up failed' : 'look-up lost', detail: `${kind} ${id}` }];
  });
}
