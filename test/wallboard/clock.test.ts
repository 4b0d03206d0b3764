/** @needs chromium */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Request } from 'playwright-core';
import { WALLBOARD_TIMEOUT_MS, type WallboardBrowser, type WallboardPage } from '../support/wallboard-page.ts';
import { startWallboardWorld } from '../support/wallboard-world.ts';
import { type Gateway, type World } from '../support/world.ts';

jest.setTimeout(2 * WALLBOARD_TIMEOUT_MS);

const HOUR_MS = 3_600_000;

let world: World;
let gateway: Gateway;
let browser: WallboardBrowser;
let board: WallboardPage;
/** Without Chromium, there is nothing to stop. */
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ browser, world, stop } = await startWallboardWorld());
  gateway = await world.startGateway();
  // In the cache, so that the first answer comes before the page's first tick.
  await gateway.query(
    '{ agents(first: 1000) { nodes { presence { observedAt } latestInteractions { totalCount } } } }',
  );
});

afterAll(async () => {
  await stop?.();
});

afterEach(async () => {
  await board.close();
});

test('a screen whose clock is hours slow asks for the last quarter of an hour of the gateway, and shows its time', async () => {
  const recent = Promise.withResolvers<Request>();
  board = await browser.open(gateway.url, '', {
    prepare: async (page) => {
      page.on('request', (request) => {
        if (request.postData()?.includes('query Recent')) recent.resolve(request);
      });
      await page.clock.install({ time: Date.now() - 14 * HOUR_MS });
    },
  });
  const { variables } = (await recent.promise).postDataJSON() as { variables: { during: { to: string } } };
  expect(Math.abs(Date.parse(variables.during.to) - Date.now())).toBeLessThan(WALLBOARD_TIMEOUT_MS);
  await board.page.locator('.pill--fresh').waitFor();
});
