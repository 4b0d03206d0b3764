/** The company of the throughput benchmarks: teams of 50 agents, each with an account at Kore and at Vonage. */

export const TEAM_SIZE = 50;
const FIRST_TEAM = 1000;

export interface BenchAgent {
  /** In the directory, and the reference at Vonage. No key of a team is part of another team's. */
  readonly key: string;
  readonly name: string;
  /** The reference at Kore. */
  readonly email: string;
}

export function teamName(team: number): string {
  return `t${FIRST_TEAM + team}`;
}

export function createAgents(count: number): readonly BenchAgent[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index % TEAM_SIZE).padStart(2, '0');
    const key = `${teamName(Math.floor(index / TEAM_SIZE))}-${number}`;
    return { key, name: `Agent ${key}`, email: `${key}@bench.example` };
  });
}
