/** An answer, or a figure, that is not as it must be. */
export interface Violation {
  readonly check: string;
  readonly gateway: string;
  readonly at: number;
  readonly detail: string;
}

/** A violation before it is known where it was found. */
export type Finding = Pick<Violation, 'check' | 'detail'>;

export interface ViolationGroup {
  readonly check: string;
  readonly gateway: string;
  readonly count: number;
  /** The first and the last time, in seconds since the start. */
  readonly firstSecond: number;
  readonly lastSecond: number;
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 3;

/** Groups violations by check and gateway, with some examples of each. */
export function groupViolations(violations: readonly Violation[], startedAt: number): readonly ViolationGroup[] {
  const groups = Map.groupBy(violations, ({ check, gateway }) => `${check} ${gateway}`);
  return [...groups.values()].flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) return [];
    const second = ({ at }: Violation): number => Math.round((at - startedAt) / 1000);
    return {
      check: first.check,
      gateway: first.gateway,
      count: group.length,
      firstSecond: second(first),
      lastSecond: second(last),
      examples: [...new Set(group.map(({ detail }) => detail))].slice(0, MAX_EXAMPLES),
    };
  });
}
