import { type RawConfig, startWorld } from './world.ts';

export interface BrowserGateway {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A gateway with the GraphiQL page and the vendor sandbox behind it, for a browser to open; `change` adapts its configuration. */
export async function startBrowserGateway(change?: (config: RawConfig) => RawConfig): Promise<BrowserGateway> {
  const world = await startWorld();
  const { url } = await world.startGateway(change);
  return { url, close: world.stop };
}
