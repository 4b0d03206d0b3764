/** @needs chromium */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { PHONE, WALLBOARD_TIMEOUT_MS, type WallboardBrowser, type WallboardPage } from '../support/wallboard-page.ts';
import { startWallboardWorld } from '../support/wallboard-world.ts';
import { type Gateway, type World } from '../support/world.ts';

jest.setTimeout(2 * WALLBOARD_TIMEOUT_MS);

let world: World;
let gateway: Gateway;
let browser: WallboardBrowser;
let board: WallboardPage;
/** Without Chromium, there is nothing to stop. */
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ browser, world, stop } = await startWallboardWorld());
  gateway = await world.startGateway((config) => ({ ...config, cache: { ttl: { statusLive: 1 } } }));
});

afterAll(async () => {
  await stop?.();
});

afterEach(async () => {
  await board.close();
  expect(board.complaints).toEqual([]);
});

async function open(...[query, options]: [query?: string, options?: Parameters<WallboardBrowser['open']>[2]]) {
  board = await browser.open(gateway.url, query, options);
  await board.page.locator('.row-name').first().waitFor();
  return board;
}

interface PeopleData {
  readonly agents: { readonly totalCount: number; readonly nodes: readonly { readonly name: string }[] };
}

test('lists every person that the gateway knows, and counts each once', async () => {
  const { counts, names } = await open();
  const { data } = await gateway.query<PeopleData>(
    '{ agents(first: 1000, filter: { kind: HUMAN }) { totalCount nodes { name } } }',
  );
  expect((await names()).toSorted()).toEqual(data.agents.nodes.map(({ name }) => name).toSorted());
  const numbers = await counts();
  expect(Object.keys(numbers)).toEqual(['Available', 'Busy', 'Away', 'Offline', 'Unknown']);
  expect(Object.values(numbers).reduce((sum, number) => sum + number, 0)).toBe(data.agents.totalCount);
});

test('shows a status that has changed at the vendor, and for how long it has lasted', async () => {
  const { page } = await open();
  const listing = await fetch(`${world.vendors.kore.url}/__sandbox/agents`);
  const { agents } = (await listing.json()) as { agents: readonly { readonly ref: string; readonly name: string }[] };
  const [agent] = agents;
  if (!agent) throw new Error('The sandbox has no agents.');
  await fetch(`${world.vendors.kore.url}/__sandbox/agents/${encodeURIComponent(agent.ref)}/status`, {
    method: 'POST',
    body: JSON.stringify({ status: 'away', reason: 'Fire drill' }),
  });
  const row = page.locator('.row', { hasText: agent.name });
  await row.getByText('Fire drill').waitFor();
  expect(await row.locator('.row-status').innerText()).toContain('Away');
  expect(await row.locator('.row-time').innerText()).toMatch(/^\d:\d\d$/);
});

test('draws the day of the people on the screen, and says what a segment is', async () => {
  const { page } = await open('?status=BUSY');
  const segments = page.locator('.row .segment');
  await segments.first().waitFor();
  await page.locator('.row-name').first().focus();
  await page.keyboard.press('ArrowLeft');
  const tip = page.locator('.tip');
  await tip.waitFor();
  expect(await tip.innerText()).toMatch(/Busy[\s\S]+\d\d:\d\d – now · .+ · kore-main/);
});

test('opens a row to the latest periods in words', async () => {
  const { page } = await open('?status=BUSY');
  await page.locator('.row-name').first().focus();
  await page.keyboard.press('Enter');
  const details = page.locator('.row-details').first();
  await details.getByText('–now').waitFor();
  expect(await details.innerText()).toContain('status as of');
});

test('counts the age of an open row from the latest answer, as it does for the board', async () => {
  const { page } = await open('?status=BUSY');
  await page.locator('.row-name').first().click();
  await page.locator('.row-details').getByText('status as of').waitFor();
  const asOf = page.locator('.pill span').nth(1);
  const [, first = ''] = /as of (\S+),/.exec(await asOf.innerText()) ?? [];
  await page.locator('.pill', { hasNotText: first }).waitFor();
  // At once, so that no second passes between the two.
  const texts = await page.evaluate<string>(
    `document.querySelector('.pill').textContent + ' / ' + document.querySelector('.row-details').textContent`,
  );
  expect(texts).toMatch(/, (\d+ s) ago.* \/ .*status as of \1 ago/);
});

test('keeps filter, search, grouping and theme in the address', async () => {
  const { page, names } = await open('?source=account:vcc&theme=dark');
  const all = await names();
  expect(all.length).toBeGreaterThan(1);
  const [name = ''] = all;
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.waitForFunction('document.querySelectorAll(".row").length === 1');
  await page.keyboard.press('Escape');
  expect(await page.getByLabel('Search people').inputValue()).toBe(name);
  await page.keyboard.press('g');
  await page.waitForURL((url) => url.searchParams.get('group') === 'team');
  const { searchParams } = new URL(page.url());
  expect([searchParams.get('q'), searchParams.get('source'), searchParams.get('theme')]).toEqual([
    name,
    'account:vcc',
    'dark',
  ]);
  await page.reload();
  await page.locator('.row-name').first().waitFor();
  expect(await names()).toEqual([name]);
});

test('moves through the people with the arrow keys, and explains the keys', async () => {
  const { page, names } = await open();
  const [first, second] = await names();
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.row-name:focus .agent-name').innerText()).toBe(first);
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('.row-name:focus .agent-name').innerText()).toBe(second);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  // The keys are those of the dialog now: Enter closes it.
  await page.keyboard.press('g');
  expect(new URL(page.url()).searchParams.get('group')).toBeNull();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('draws a week of every bot', async () => {
  const { page } = await open();
  await page.locator('.bot').first().waitFor();
  expect(await page.locator('.bot').count()).toBe(4);
  expect(await page.locator('.bot').first().locator('.chart-bar').count()).toBe(7);
  expect(await page.locator('.bot').first().locator('tbody tr').count()).toBe(7);
});

test('shows every account, its state, its calls a minute and what is left of its quota', async () => {
  const { page } = await open();
  const { data } = await gateway.query<{
    accounts: readonly { readonly name: string; readonly requestsPerMinute: number | null }[];
  }>('{ accounts { name requestsPerMinute } }');
  await page.locator('.vendor').first().waitFor();
  const ages = await page.locator('.vendor-age').allInnerTexts();
  for (const [index, { requestsPerMinute }] of data.accounts.entries())
    expect(ages[index]).toMatch(requestsPerMinute === null ? /\d+ calls? a minute$/ : /\d+ calls? a minute, \d+ left$/);
  const shown = await page.locator('.vendor-name').allInnerTexts();
  expect(shown.map((text) => text.split(' ')[0])).toEqual(data.accounts.map(({ name }) => name));
});

test('has no controls in TV mode, and leaves those who are offline to their number', async () => {
  const { page } = await open('?tv=1', { viewport: { width: 1920, height: 1080 } });
  expect(await page.locator('button:not(.row-name)').count()).toBe(0);
  expect(await page.locator('.group h2').allInnerTexts()).not.toContainEqual(expect.stringContaining('Offline'));
  expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
});

test('shows one bot at a time in TV mode, whole', async () => {
  const { page } = await open('?tv=1', { viewport: { width: 1920, height: 1080 } });
  await page.locator('.bot').first().waitFor();
  expect(await page.locator('.bot').count()).toBe(1);
  const bottom =
    'Math.max(...[...document.querySelectorAll(".bot, .bot-chart, .bots .legend")].map((each) => each.getBoundingClientRect().bottom))';
  expect(await page.evaluate(`${bottom} <= innerHeight`)).toBe(true);
});

test('leaves TV mode with full screen, however that is left', async () => {
  const { page } = await open();
  await page.keyboard.press('t');
  await page.waitForFunction('document.fullscreenElement !== null');
  expect(await page.locator('.toolbar').count()).toBe(0);
  await page.evaluate('document.exitFullscreen()');
  await page.locator('.toolbar').waitFor();
  expect(new URL(page.url()).searchParams.get('tv')).toBeNull();
});

test('does not scroll sideways on a phone, and opens a row to its timeline', async () => {
  const { page } = await open('?status=BUSY', { viewport: PHONE });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  expect(await page.locator('.strip').first().isVisible()).toBe(false);
  await page.locator('.row-name').first().click();
  await page.locator('.strip').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
});

test('stores nothing without a key', async () => {
  const { page } = await open();
  expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie')).toBe('{}');
});

test.each([
  ['in the light', '', { colorScheme: 'light' }],
  ['in the dark', '', { colorScheme: 'dark' }],
  ['by team', '?group=team', {}],
  ['on a phone', '', { viewport: PHONE }],
  ['on a wall', '?tv=1', { viewport: { width: 1920, height: 1080 } }],
] as const)('breaks no rule of axe %s', async (_, query, options) => {
  const { page, violations } = await open(query, options);
  await page.locator('.bot').first().waitFor();
  await page.locator('.row-name').first().click();
  expect(await violations()).toEqual([]);
});
