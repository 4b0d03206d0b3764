import type { AgentAccount } from '../domain/agent.ts';
import { once } from '../domain/once.ts';
import { hashOfReference } from '../domain/reference-hash.ts';

/** Finds references by their hash: nearly always one, or none. */
export type ReferenceIndex = (referenceHash: number) => readonly AgentAccount[];

/** An index of these references, which is made when it is first used: most queries never refetch a status period. */
export function createReferenceIndex(references: () => Iterable<AgentAccount>): ReferenceIndex {
  const byHash = once(() => Map.groupBy(references(), hashOfReference));
  return (referenceHash) => byHash().get(referenceHash) ?? [];
}
