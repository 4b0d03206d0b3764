/** @needs chromium */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sha256 } from '../support/auth-harness.ts';
import { createFlakyProxy } from '../support/flaky-proxy.ts';
import { WALLBOARD_TIMEOUT_MS, type WallboardBrowser, type WallboardPage } from '../support/wallboard-page.ts';
import { startWallboardWorld } from '../support/wallboard-world.ts';
import { type Gateway, type RawConfig, type World } from '../support/world.ts';

jest.setTimeout(2 * WALLBOARD_TIMEOUT_MS);

const KEY = 'wallboard-key';

let world: World;
let browser: WallboardBrowser;
let open: Gateway;
let board: WallboardPage;
let folder: string;
/** Without Chromium, there is nothing to stop. */
let stop: (() => Promise<void>) | undefined;

function withShortTtl(config: RawConfig): RawConfig {
  return { ...config, cache: { ttl: { statusLive: 1, interactions: 1 } } };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-wallboard-'));
  ({ browser, world, stop } = await startWallboardWorld());
  open = await world.startGateway(withShortTtl);
});

afterAll(async () => {
  await stop?.();
  rmSync(folder, { recursive: true });
});

afterEach(async () => {
  await board.close();
});

/** A proxy on the way that lets no stream through. */
async function blockStreams(page: Page): Promise<void> {
  await page.route('**/graphql', async (route) => {
    const isStream = route.request().headers().accept?.includes('text/event-stream') ?? false;
    await (isStream ? route.fulfill({ status: 406, body: 'no streams' }) : route.continue());
  });
}

/** The page's requests stay without an answer. */
async function holdBack(page: Page): Promise<void> {
  await page.route('**/graphql', () => undefined);
}

async function injectFault(vendor: keyof World['vendors'], fault: object): Promise<void> {
  await fetch(`${world.vendors[vendor].url}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
}

async function clearFaults(vendor: keyof World['vendors']): Promise<void> {
  await fetch(`${world.vendors[vendor].url}/__sandbox/faults`, { method: 'DELETE' });
}

test('loading: the form of the page stands before the first answer', async () => {
  board = await browser.open(open.url, '', {
    prepare: holdBack,
  });
  await board.page.getByRole('status', { name: 'Loading' }).waitFor();
  expect(await board.page.locator('.tile-label').allInnerTexts()).toContain('Available');
  expect(await board.page.locator('.row--bone').count()).toBe(10);
  expect(await board.violations()).toEqual([]);
});

test('reconnecting, gone and back: the data stays, its age counts on, and the board returns by itself', async () => {
  const proxy = await createFlakyProxy(Number(new URL(open.url).port));
  board = await browser.open(`http://127.0.0.1:${proxy.port}`, '', { prepare: (page) => page.clock.install() });
  const { page, violations } = board;
  await page.getByText('Live', { exact: true }).waitFor();
  const people = await page.locator('.row-name').count();
  proxy.partition();
  // The stream is silent for longer than its heartbeats.
  await page.clock.fastForward(40_000);
  await page.locator('.notice').waitFor();
  // Beyond twice the time to live nothing keeps its colour.
  await page.locator('.row--stale').first().waitFor();
  await page.locator('.tiles.is-stale').waitFor();
  expect(
    await page
      .locator('.row--fresh')
      .filter({ has: page.locator('.shape--busy') })
      .count(),
  ).toBe(0);
  await page.clock.fastForward(40_000);
  await page.getByText('The gateway has not answered for').waitFor();
  expect(await page.locator('.row-name').count()).toBe(people);
  expect(await violations()).toEqual([]);
  proxy.heal();
  await page.clock.fastForward(120_000);
  await page.locator('.notice').waitFor({ state: 'detached' });
  expect(await page.locator('.row-name').count()).toBe(people);
  await proxy.close();
});

test('polling: a board behind a proxy without streams says so, and shows the same people', async () => {
  board = await browser.open(open.url, '', { prepare: blockStreams });
  await board.page.getByText('Polling', { exact: true }).waitFor();
  expect(await board.page.locator('.row-name').count()).toBeGreaterThan(10);
});

describe('a vendor', () => {
  afterEach(async () => {
    await clearFaults('kore');
  });

  test('that fails is named with its reason, its rows keep their data, and it recovers', async () => {
    board = await browser.open(open.url, '', { viewport: { width: 1280, height: 800 } });
    const { page, violations } = board;
    await page.locator('.row-name').first().waitFor();
    const header = page.locator('.head');
    const height = (await header.boundingBox())?.height;
    const before = await page.locator('.row-name').count();
    await injectFault('kore', { status: 503 });
    await page.locator('.pill-sources').waitFor();
    expect(await page.locator('.pill-sources').innerText()).toMatch(/^\d of \d sources$/);
    // The header stays one line though it says more.
    expect((await header.boundingBox())?.height).toBeCloseTo(height ?? 0, -1);
    const vendor = page.locator('.vendor', { hasText: 'kore-main' });
    await vendor.getByText('status 503').waitFor();
    await page.locator('.row.is-incomplete').first().waitFor();
    await page.locator('.tiles.is-incomplete').waitFor();
    expect(await page.locator('.row-name').count()).toBe(before);
    expect(await violations()).toEqual([]);
    await clearFaults('kore');
    await page.locator('.pill-sources').waitFor({ state: 'detached' });
    await page.locator('.row.is-incomplete').first().waitFor({ state: 'detached' });
  });

  test('that has failed from the start leaves its people unknown, and their rows say why', async () => {
    await injectFault('kore', { status: 503 });
    const gateway = await world.startGateway(withShortTtl);
    board = await browser.open(gateway.url, '?source=account:kore-main');
    const { page, violations } = board;
    await page.locator('.row.is-incomplete').first().waitFor();
    expect(await page.locator('.row:not(.is-incomplete)').count()).toBe(0);
    await page.locator('.row-name').first().click();
    const row = page.locator('.row').first();
    await row.getByText('not known at the moment').waitFor();
    await row.getByText('kore-main cannot be read').first().waitFor();
    // Nothing is known of the day: all of it up to now is hatched.
    await page.waitForFunction(`document.querySelector('.row .hatch')?.getAttribute('x') === '0.000%'`);
    expect(await violations()).toEqual([]);
    await clearFaults('kore');
    await page.locator('.row.is-incomplete').first().waitFor({ state: 'detached' });
    await gateway.stop();
  });
});

describe('an empty list', () => {
  test('says that everyone is offline, whom TV mode does not list', async () => {
    board = await browser.open(open.url, '?status=OFFLINE');
    const [name = ''] = await board.page
      .locator('.row-name')
      .first()
      .waitFor()
      .then(() => board.names());
    await board.page.goto(`${open.url}/wallboard?tv=1&q=${encodeURIComponent(name)}`);
    await board.page.getByRole('heading', { name: 'Everyone is offline' }).waitFor();
    expect(await board.page.locator('button').count()).toBe(0);
  });

  test('says that nothing matches, and shows all on request', async () => {
    board = await browser.open(open.url, '?q=unheard-of');
    const { page, violations } = board;
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.row-name').first().waitFor();
  });

  test('says that the gateway knows no one', async () => {
    const empty = await world.startGateway((config) => ({
      ...config,
      accounts: config.accounts.filter(({ vendor }) => vendor === 'avaamo'),
      agents: [],
      teams: [],
    }));
    board = await browser.open(empty.url);
    await board.page.getByRole('heading', { name: 'No people' }).waitFor();
    expect(await board.violations()).toEqual([]);
    await empty.stop();
  });
});

test('a key that may only send ids of trusted documents gets every panel', async () => {
  const manifest = join(folder, 'documents.json');
  writeFileSync(manifest, '{}');
  const closed = await world.startGateway((config) => ({
    ...withShortTtl(config),
    auth: { apiKeys: [{ name: 'wallboard', sha256: sha256(KEY), scopes: ['read'] }] },
    trustedDocuments: { mode: 'only', manifest },
  }));
  board = await browser.open(closed.url);
  const { page } = board;
  await page.getByLabel('API key or token').fill(KEY);
  await page.keyboard.press('Enter');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('.vendor').first().waitFor();
  await page.locator('.bot').first().waitFor();
  await page.locator('.segment').first().waitFor();
  await page.locator('.sparkline polyline').first().waitFor({ state: 'attached' });
  await closed.stop();
});

test('a key is asked for, refused, taken for the tab only, and asked for again where it ends', async () => {
  const guarded = await world.startGateway((config) => ({
    ...withShortTtl(config),
    auth: { apiKeys: [{ name: 'wallboard', sha256: sha256(KEY) }] },
  }));
  board = await browser.open(guarded.url);
  const { page, violations } = board;
  await page.getByRole('heading', { name: 'A key is needed' }).waitFor();
  expect(await violations()).toEqual([]);
  await page.getByLabel('API key or token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'This key is refused' }).waitFor();
  await page.getByLabel('API key or token').fill(KEY);
  await page.keyboard.press('Enter');
  await page.locator('.row-name').first().waitFor();
  expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie + location.href')).not.toContain(KEY);
  await page.reload();
  await page.locator('.row-name').first().waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('heading', { name: 'A key is needed' }).waitFor();
  await other.close();
});
