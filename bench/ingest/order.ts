import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Outcome } from './child.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** Has an order carried out in a process of its own, which nothing measured before has warmed, filled or aged. */
export async function carryOut(order: Order): Promise<Outcome> {
  const child = fork(CHILD, { execArgv: ['--expose-gc'] });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Outcome);
    });
    child.once('exit', (code) => {
      reject(new Error(`the measuring process ended with ${code ?? 'a signal'}`));
    });
  });
  const exited = once(child, 'exit');
  child.send(order);
  const result = await outcome;
  await exited;
  return result;
}
