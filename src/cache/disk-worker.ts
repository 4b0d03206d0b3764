import { parentPort } from 'node:worker_threads';
import type { DiskMessage } from './disk-messages.ts';
import { createDiskService } from './disk-service.ts';

// The entry point of the thread that `createDiskThread` starts.
const answer = createDiskService();
parentPort?.on('message', (message: DiskMessage) => {
  parentPort?.postMessage(answer(message));
});
