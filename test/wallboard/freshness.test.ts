/** @needs chromium */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { createFlakyProxy } from '../support/flaky-proxy.ts';
import { WALLBOARD_TIMEOUT_MS, type WallboardBrowser } from '../support/wallboard-page.ts';
import { startWallboardWorld } from '../support/wallboard-world.ts';
import { type World } from '../support/world.ts';

jest.setTimeout(2 * WALLBOARD_TIMEOUT_MS);

let world: World;
let browser: WallboardBrowser;
/** Without Chromium, there is nothing to stop. */
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ browser, world, stop } = await startWallboardWorld());
});

let closeBoard: () => Promise<void>;

afterEach(async () => {
  await closeBoard();
});

afterAll(async () => {
  await stop?.();
});

/** A board that gets no answer after its first one, of a gateway with another time to live of statuses than usual. */
async function openCutOff(statusLive: number) {
  const gateway = await world.startGateway((config) => ({ ...config, cache: { ttl: { statusLive } } }));
  const proxy = await createFlakyProxy(Number(new URL(gateway.url).port));
  const board = await browser.open(`http://127.0.0.1:${proxy.port}`, '', { prepare: (page) => page.clock.install() });
  closeBoard = async () => {
    await board.close();
    await proxy.close();
    await gateway.stop();
  };
  const { page } = board;
  await page.locator('.row--fresh').first().waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  proxy.partition();
  return page;
}

test('statuses with a long time to live keep their colour through it, and lose it beyond twice as long', async () => {
  const page = await openCutOff(120);
  await page.clock.fastForward(100_000);
  await page.locator('.pill', { hasText: '2 min ago' }).waitFor();
  expect(await page.locator('.row--stale, .tiles.is-stale, .pill--stale').count()).toBe(0);
  await page.clock.fastForward(160_000);
  await page.locator('.row--stale').first().waitFor();
  await page.locator('.tiles.is-stale').waitFor();
  await page.locator('.pill--stale').waitFor();
});

test('statuses with a short time to live lose their colour soon', async () => {
  const page = await openCutOff(5);
  await page.clock.fastForward(20_000);
  await page.locator('.row--stale').first().waitFor();
  await page.locator('.tiles.is-stale').waitFor();
  const [, age] = /, (\d+) s ago/.exec(await page.locator('.pill').innerText()) ?? [];
  expect(Number(age)).toBeLessThan(30);
});
