import { startWorld } from './world.ts';

export interface BrowserGateway {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A gateway with the GraphiQL page and the vendor sandbox behind it, for a browser to open. */
export async function startBrowserGateway(): Promise<BrowserGateway> {
  const world = await startWorld();
  const { url } = await world.startGateway();
  return { url, close: world.stop };
}
