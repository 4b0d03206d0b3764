import type { RunClaims } from './take-over.ts';

/** Claims whose replies a process waits for before it ends: one that is granted meanwhile is given back. */
export function trackClaims({ claim, release }: RunClaims): {
  readonly claims: RunClaims;
  readonly whenSettled: () => Promise<void>;
} {
  const pending = new Set<Promise<unknown>>();
  const track = <T>(reply: Promise<T>): Promise<T> => {
    pending.add(reply);
    const remove = (): void => {
      pending.delete(reply);
    };
    reply.then(remove, remove);
    return reply;
  };
  return {
    claims: {
      claim: (name, ifLate) => track(claim(name, ifLate)),
      release: release && ((name) => track(release(name))),
    },
    async whenSettled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}
