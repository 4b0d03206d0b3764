import type { Instant } from '../../src/domain/clock.ts';
import type { Question } from './questions.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
/** How often a wallboard asks. */
export const RHYTHM = 5000;

/** One wallboard for each gateway, all with the same rhythm. `inTurn`: evenly spread over it, not all at the same moment. */
export async function wallboards(
  world: World,
  question: Question,
  { minutes, inTurn }: { readonly minutes: number; readonly inTurn: boolean },
): Promise<readonly Instant[]> {
  const looks: Instant[] = [];
  const end = world.clock.now() + minutes * MINUTE;
  const step = inTurn ? RHYTHM / world.gateways.length : RHYTHM;
  for (let nth = 0; world.clock.now() < end; nth++) {
    const gateway = world.gateways[nth % world.gateways.length];
    const asked = inTurn && gateway ? [gateway] : world.gateways;
    looks.push(...asked.map(() => world.clock.now()));
    await Promise.all(asked.map((ask) => question(ask, world)));
    await world.settle();
    world.clock.advance(step);
  }
  return looks;
}

/** A planner's questions to one gateway after another, ten minutes apart. */
export async function reports(world: World, questions: readonly Question[]): Promise<readonly Instant[]> {
  const looks: Instant[] = [];
  for (const question of questions) {
    for (const ask of world.gateways) {
      looks.push(world.clock.now());
      await question(ask, world);
      await world.settle();
      world.clock.advance(10 * MINUTE);
    }
  }
  return looks;
}

/** The same question so many times at once, to a gateway that knows nothing yet. */
export async function crowd(world: World, question: Question, size: number): Promise<readonly Instant[]> {
  const at = world.clock.now();
  const [ask] = world.gateways;
  if (ask) await Promise.all(Array.from({ length: size }, () => question(ask, world)));
  return Array<Instant>(size).fill(at);
}
