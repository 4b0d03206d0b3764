import { systemClock } from '../../src/domain/clock.ts';
import { launchWallboardBrowser, type WallboardBrowser } from './wallboard-page.ts';
import { startWorld, type World } from './world.ts';

/** A browser, and the vendors of the gateways whose board it opens. */
export interface WallboardWorld {
  readonly browser: WallboardBrowser;
  readonly world: World;
  readonly stop: () => Promise<void>;
}

/** Rejects without Chromium, and leaves nothing open then. */
export async function startWallboardWorld(): Promise<WallboardWorld> {
  const browser = await launchWallboardBrowser();
  try {
    const world = await startWorld(systemClock);
    const stop = async () => {
      await world.stop();
      await browser.close();
    };
    return { browser, world, stop };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
