/** A query, and the variables of each of its requests. */
export interface Workload {
  readonly name: string;
  readonly query: string;
  /** Requests draw from these. */
  readonly variables: readonly object[];
}

export const AGENT_COUNT = 50;

/** The workloads of the targets' page, repeated within the TTL. `day` is a past day. */
export function repeatedWorkloads(day: string): readonly Workload[] {
  const during = { from: `${day}T00:00:00Z`, to: `${day}T23:59:59Z` };
  const period = 'id status label vendorStatus start end durationSeconds isOngoing';
  const interactions = 'latestInteractions { nodes { guid start } }';
  const periods = `statusPeriods(during: $during) { nodes { ${period} } }`;
  return [
    { name: 'W1a', query: `{ agents(first: 50) { nodes { id name ${interactions} } } }`, variables: [{}] },
    {
      name: 'W2a',
      query: `query ($during: TimeRange!) { agents(first: 50) { nodes { id ${periods} } } }`,
      variables: [{ during }],
    },
    {
      name: 'W3a',
      query: `query ($key: String!, $during: TimeRange!) { agentByKey(key: $key) { id name ${interactions} ${periods} } }`,
      variables: Array.from({ length: AGENT_COUNT }, (_, index) => ({ key: `agent-${index}`, during })),
    },
    { name: 'W4a', query: '{ __typename }', variables: [{}] },
  ];
}

/** An answer without what each server spells in its own way: ids. */
export function withoutIds(answer: unknown): string {
  return JSON.stringify(answer, (key, value: unknown) => (key === 'id' ? undefined : value));
}
