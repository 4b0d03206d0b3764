import { Worker } from 'node:worker_threads';
import type { DiskMessage, DiskOperation, DiskReplies, DiskReply, DiskRequests } from './disk-messages.ts';
import type { DiskErrorReason } from './ports.ts';

/** A failed operation on the file. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly reason: DiskErrorReason;

  constructor(reason: DiskErrorReason) {
    super(`the operation on the file failed: ${reason}`);
    this.reason = reason;
  }
}

/** The thread that a file is read and written in. It does not keep the process from ending, unless a request is unanswered. */
export interface DiskThread {
  /** Rejects with a DiskError. Starts the thread where it does not run. */
  readonly request: <Type extends DiskOperation>(type: Type, request: DiskRequests[Type]) => Promise<DiskReplies[Type]>;
  readonly stop: () => Promise<void>;
}

export function createDiskThread(): DiskThread {
  const unanswered = createUnansweredRequests();
  let worker: Worker | undefined;

  function start(): Worker {
    const started = new Worker(workerUrl(import.meta.url), { name: 'cache-file' });
    // An error is followed by the end.
    started.on('error', () => undefined);
    started.on('message', (reply: DiskReply) => {
      unanswered.settle(reply);
      if (unanswered.isEmpty()) started.unref();
    });
    started.on('exit', () => {
      if (worker === started) worker = undefined;
      unanswered.rejectAll();
    });
    worker = started;
    return started;
  }

  return {
    request: (type, request) => {
      const { id, reply } = unanswered.add();
      const running = worker ?? start();
      running.ref();
      running.postMessage({ id, type, request } satisfies DiskMessage);
      return reply as Promise<never>;
    },
    stop: async () => {
      await worker?.terminate();
    },
  };
}

function createUnansweredRequests() {
  const requests = new Map<number, PromiseWithResolvers<DiskReplies[DiskOperation]>>();
  let lastId = 0;
  return {
    isEmpty: () => requests.size === 0,
    add() {
      lastId += 1;
      const request = Promise.withResolvers<DiskReplies[DiskOperation]>();
      requests.set(lastId, request);
      return { id: lastId, reply: request.promise };
    },
    settle(reply: DiskReply): void {
      const request = requests.get(reply.id);
      requests.delete(reply.id);
      if ('failure' in reply) request?.reject(new DiskError(reply.failure));
      else request?.resolve(reply.result);
    },
    /** A thread ends by itself only where memory is short, or because of a bug. */
    rejectAll(): void {
      for (const { reject } of requests.values()) reject(new DiskError('other'));
      requests.clear();
    },
  };
}

/** In a bundle, the module of the thread is a file beside this one. */
function workerUrl(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith('.ts') ? './disk-worker.ts' : './disk-worker.js', moduleUrl);
}
