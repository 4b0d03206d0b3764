import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startWorld } from './world.ts';

export interface BrowserGateway {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts a gateway with a freshly built GraphiQL against the vendor sandbox, for a browser. */
export async function startBrowserGateway(): Promise<BrowserGateway> {
  await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('../../scripts/build-graphiql.mjs', import.meta.url)),
  ]);
  const world = await startWorld();
  const { url } = await world.startGateway();
  return { url, close: world.stop };
}
