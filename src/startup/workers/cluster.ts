import cluster, { type Worker } from 'node:cluster';
import type { MessageToPrimary, MessageToWorker } from './messages.ts';
import type { WorkerProcess } from './supervisor.ts';
import { createWorkerLink, type WorkerLink } from './worker-link.ts';

/** Set in the environment of a worker that listens before it is ready, so that /healthz and /readyz answer meanwhile. */
const LISTENS_AT_ONCE = 'SWITCHBOARD_WORKER_LISTENS_AT_ONCE';

/** The link of this process to its primary; null where this process is not a worker. */
export function connectToPrimary(): (WorkerLink & { readonly listensAtOnce: boolean }) | null {
  if (!cluster.isWorker) return null;
  const link = createWorkerLink({
    send: (message) => {
      // A primary that has ended reads nothing; this process ends with it.
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', (message) => {
        listener(message as MessageToWorker);
      });
    },
  });
  return { ...link, listensAtOnce: process.env[LISTENS_AT_ONCE] === '1' };
}

/**
 * Starts a worker: this very command in a further process. Its log is passed to `writeLog` in whole lines, since lines of several
 * processes would be mixed up in one pipe.
 */
export function forkWorker(listensAtOnce: boolean, writeLog: (lines: string) => void): WorkerProcess {
  // Numbers like NaN, which metrics contain, are lost in the default serialization.
  cluster.setupPrimary({ serialization: 'advanced', stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const worker = cluster.fork({ [LISTENS_AT_ONCE]: listensAtOnce ? '1' : '0' });
  passOnLines(worker, writeLog);
  return {
    pid: worker.process.pid,
    send: (message) => {
      if (worker.isConnected()) worker.send(message);
    },
    onMessage: (listener) => {
      worker.on('message', (message) => {
        listener(message as MessageToPrimary);
      });
    },
    onEnd: (listener) => {
      worker.process.once('close', listener);
    },
  };
}

function passOnLines({ process: { stdout } }: Worker, writeLog: (lines: string) => void): void {
  let rest = '';
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) writeLog(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  });
}
