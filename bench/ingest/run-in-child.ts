import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './worker.ts';

const WORKER_PATH = fileURLToPath(new URL('worker.ts', import.meta.url));

/** Runs a job in a new process, so that earlier measurements affect neither its JIT nor its heap. */
export async function runInChild(job: Job): Promise<Outcome> {
  const child = fork(WORKER_PATH, { execArgv: ['--expose-gc'] });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Outcome);
    });
    child.once('exit', (code) => {
      reject(new Error(`the worker exited with ${code ?? 'a signal'}`));
    });
  });
  const exited = once(child, 'exit');
  child.send(job);
  const result = await outcome;
  await exited;
  return result;
}
