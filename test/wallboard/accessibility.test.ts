/** @needs chromium */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sha256 } from '../support/auth-harness.ts';
import { createFlakyProxy } from '../support/flaky-proxy.ts';
import { PHONE, WALLBOARD_TIMEOUT_MS, type WallboardBrowser, type WallboardPage } from '../support/wallboard-page.ts';
import { startWallboardWorld } from '../support/wallboard-world.ts';
import { type Gateway, type World } from '../support/world.ts';

jest.setTimeout(2 * WALLBOARD_TIMEOUT_MS);

let world: World;
let browser: WallboardBrowser;
let gateway: Gateway;
let guarded: Gateway;
let board: WallboardPage;
/** Without Chromium, there is nothing to stop. */
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ browser, world, stop } = await startWallboardWorld());
  gateway = await world.startGateway((config) => ({ ...config, cache: { ttl: { statusLive: 1 } } }));
  const auth = { apiKeys: [{ name: 'wallboard', sha256: sha256('key') }] };
  guarded = await world.startGateway((config) => ({ ...config, auth }));
});

afterAll(async () => {
  await stop?.();
});

afterEach(async () => {
  await board.close();
  await fetch(`${world.vendors.kore.url}/__sandbox/faults`, { method: 'DELETE' });
});

describe.each(['light', 'dark'] as const)('no rule of axe is broken in the %s', (colorScheme) => {
  test.each([
    ['on a desktop', {}],
    ['on a phone', { viewport: PHONE }],
  ])("by an agent's details, with a segment of the day described, %s", async (_, options) => {
    board = await browser.open(gateway.url, '?status=BUSY', { colorScheme, ...options });
    const { page } = board;
    await page.locator('.row-name').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.row-details').getByText('–now').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator('.tip').waitFor();
    expect(await board.violations()).toEqual([]);
  });

  test('by the help, and where nothing matches', async () => {
    board = await browser.open(gateway.url, '?q=unheard-of', { colorScheme });
    const { page } = board;
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await board.violations()).toEqual([]);
    await page.getByRole('button', { name: 'Help' }).click();
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    expect(await board.violations()).toEqual([]);
  });

  test('by a vendor that fails', async () => {
    board = await browser.open(gateway.url, '', { colorScheme });
    const { page } = board;
    await page.locator('.row-name').first().waitFor();
    const body = JSON.stringify({ status: 503 });
    await fetch(`${world.vendors.kore.url}/__sandbox/faults`, { method: 'POST', body });
    await page.locator('.row.is-incomplete').first().waitFor();
    await page.locator('.chip--down').waitFor();
    await page.locator('.row-name').first().click();
    await page.locator('.row-details .trouble').first().waitFor();
    expect(await board.violations()).toEqual([]);
  });

  test('while the gateway does not answer, and once it is gone', async () => {
    const proxy = await createFlakyProxy(Number(new URL(gateway.url).port));
    const prepare = (page: WallboardPage['page']) => page.clock.install();
    board = await browser.open(`http://127.0.0.1:${proxy.port}`, '', { colorScheme, prepare });
    const { page } = board;
    await page.getByText('Live', { exact: true }).waitFor();
    proxy.partition();
    await page.clock.fastForward(40_000);
    await page.locator('.notice--late').waitFor();
    await page.locator('.row--stale').first().waitFor();
    expect(await board.violations()).toEqual([]);
    await page.clock.fastForward(40_000);
    await page.locator('.notice--bad').waitFor();
    expect(await board.violations()).toEqual([]);
    await proxy.close();
  });

  test('by the form for a key, and by its refusal', async () => {
    board = await browser.open(guarded.url, '', { colorScheme });
    const { page } = board;
    await page.getByRole('heading', { name: 'A key is needed' }).waitFor();
    expect(await board.violations()).toEqual([]);
    await page.getByLabel('API key or token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This key is refused' }).waitFor();
    expect(await board.violations()).toEqual([]);
  });
});
