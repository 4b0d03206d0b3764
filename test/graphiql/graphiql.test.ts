/** @needs chromium */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type BrowserGateway, startBrowserGateway } from '../support/browser-gateway.ts';
import { CHROMIUM, requireProgram } from '../support/programs.ts';
import { readSchemaText } from '../support/schema-text.ts';

// For a busy machine; every wait below ends as soon as its condition holds.
const WAIT_TIMEOUT_MS = 60_000;
const KEY = 'a-key-that-is-long-enough';
jest.setTimeout(2 * WAIT_TIMEOUT_MS);

// Only until the page has loaded: the editor does not work while time stands still. A test may set another time.
const FREEZE_TIME_UNTIL_LOADED = `{
  const now = Date.now;
  const time = Number(sessionStorage['test:now'] ?? ${Date.UTC(2026, 10, 20, 9, 30, 12, 345)});
  Date.now = () => time;
  addEventListener('load', () => { Date.now = now; });
}`;

let gateway: BrowserGateway;
let browser: Browser;
let page: Page;
/** Errors of the page: requests to other hosts, breaches of its security policy, logged errors, missing files. */
let pageErrors: string[] = [];
/** The resources to close; without Chromium, not all of them exist. */
const closeables: { close: () => Promise<void> }[] = [];
const openPages: Page[] = [];

beforeAll(async () => {
  const executablePath = requireProgram(CHROMIUM);
  gateway = await startBrowserGateway();
  closeables.push(gateway);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  closeables.unshift(browser);
});

afterAll(async () => {
  for (const closeable of closeables) await closeable.close();
});

beforeEach(async () => {
  pageErrors = [];
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  openPages.push(page);
  page.setDefaultTimeout(WAIT_TIMEOUT_MS);
  await page.addInitScript(FREEZE_TIME_UNTIL_LOADED);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== gateway.url) pageErrors.push(`requests ${url.href}`);
  });
  page.on('response', (response) => {
    if (!response.ok()) pageErrors.push(`${response.status()} for ${response.url()}`);
  });
  // A breach of the security policy is also reported here.
  page.on('console', (message) => {
    if (message.type() === 'error') pageErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(`${gateway.url}/graphiql`);
  await waitForText('query', 'WallboardNow');
});

afterEach(async () => {
  await openPages.pop()?.close();
  expect(pageErrors).toEqual([]);
});

test('runs the first tab and shows its data', async () => {
  await runQuery();
  await waitForText('result', '"presence"');
  expect(await page.title()).toContain('Switchboard');
  expect(await page.locator('.graphiql-logo').innerText()).toContain('Switchboard');
});

test('opens every example from the panel, with times up to the opening of the page', async () => {
  expect(await tabNames()).toEqual(['WallboardNow']);
  const day = { from: '2026-11-19T09:30:00.000Z', to: '2026-11-20T09:30:00.000Z' };
  const week = { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' };
  const variables = { AgentDay: { day }, BotWeek: { week }, OnACall: undefined, Completeness: { day, week } };
  for (const [name, expected] of Object.entries(variables)) {
    await openExample(name);
    const sent = await runQuery();
    expect(sent.postDataJSON()).toMatchObject({ operationName: name });
    expect((sent.postDataJSON() as { variables?: unknown }).variables).toEqual(expected);
    await waitForText('result', '"data"');
  }
  await openExample('AgentDay');
  expect(await tabNames()).toEqual(['WallboardNow', ...Object.keys(variables)]);
});

test('describes each example in a sentence', async () => {
  await page.getByRole('button', { name: 'Show Examples' }).click();
  const sentences = await page.locator('.examples li span').allInnerTexts();
  expect(sentences.length).toBeGreaterThan(5);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].+[.?]$/);
});

test('opens the same tabs after a reload, whichever was the last one, and with variables for the present', async () => {
  await openExample('AgentDay');
  await openExample('BotWeek');
  const tabs = page.getByRole('tab');
  for (const name of ['AgentDay', 'WallboardNow', 'BotWeek']) {
    await tabs.filter({ hasText: name }).click();
    await waitForStoredQuery(name);
    await waitForStoredTab(name, 3);
    await page.reload();
    await waitForText('query', name);
    expect(await tabNames()).toEqual(['WallboardNow', 'AgentDay', 'BotWeek']);
  }
  const nextWeek = Date.UTC(2026, 10, 27, 9, 30);
  await page.evaluate(`sessionStorage['test:now'] = ${nextWeek}`);
  await page.reload();
  await waitForText('query', 'BotWeek');
  const sent = await runQuery();
  expect(sent.postDataJSON()).toMatchObject({ variables: { week: { from: '2026-11-21', to: '2026-11-27' } } });
});

test('shows the plan of an example below its answer, without executing the query', async () => {
  await openExample('CostEstimate');
  expect(await page.getByRole('radio', { name: 'Plan' }).isChecked()).toBe(true);
  const sent = await runQuery();
  expect(sent.headers()).toMatchObject({ 'switchboard-explain': 'plan' });
  await waitForText('result', '"vendorCalls"');
  const calls = page.getByRole('region', { name: 'Vendor calls' });
  expect(await calls.locator('th').allInnerTexts()).toEqual(['Account', 'Endpoint', 'At most', 'Cached']);
  await page.getByText(/\d+ vendor calls expected, \d+ at most; not run/).waitFor();
});

test('lists the vendor calls of an answer, and what it says of itself', async () => {
  await runQuery();
  const about = page.getByRole('status', { name: 'About the answer' });
  await about.getByText(/\d+ ms · [\d.]+ kB · (stored response · )?new in \d+ s/).waitFor();
  expect(await page.getByRole('region', { name: 'Vendor calls' }).count()).toBe(0);
  await page.getByText('Trace', { exact: true }).click();
  expect((await runQuery()).headers()).toMatchObject({ 'switchboard-explain': 'trace' });
  await about.getByText(/answered from the cache/).waitFor();
  await page.getByRole('cell', { name: 'agentstatusdetails' }).first().waitFor();
});

test('begins the explorer with fields for people, not for federation routers', async () => {
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  const fields = page.locator('.graphiql-explorer-root .graphiql-explorer-node');
  await fields.first().waitFor();
  const names = (await fields.allInnerTexts()).map((text) => text.trim());
  expect(names[0]).toBe('accounts');
  expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
});

test('shows the descriptions of the schema in the documentation explorer', async () => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByText('Agent', { exact: true }).first().click();
  const description = buildSchema(readSchemaText()).getType('Agent')?.description ?? 'none';
  const [firstSentence = 'none'] = description.replaceAll('\n', ' ').split('; ');
  await docs.getByText(firstSentence).waitFor();
});

test('underlines an unknown field, which shows that the workers run', async () => {
  await page.locator('.graphiql-query-editor .view-lines').getByText('totalCount').dblclick();
  await page.keyboard.type('nonsense');
  await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
});

test('sends request headers without storing them', async () => {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
  await page.keyboard.insertText('{ "Authorization": "Bearer my-own-key" }');
  await page.keyboard.press('Escape');
  const sent = await runQuery();
  expect(sent.headers()).toMatchObject({ authorization: 'Bearer my-own-key' });
  await waitForText('result', '"presence"');

  const stored = async () =>
    page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie');
  expect(await stored()).toContain('WallboardNow');
  expect(await stored()).not.toContain('my-own-key');
  await page.reload();
  await waitForText('query', 'WallboardNow');
  expect(await stored()).not.toContain('my-own-key');
  expect((await runQuery()).headers()).not.toHaveProperty('authorization');
});

test('sends the key with every operation and introspection, and keeps it for the browser tab only', async () => {
  await page.getByRole('button', { name: 'Key', exact: true }).click();
  await page.getByLabel('API key or token').fill('Bearer my-own-key');
  const [introspection] = await Promise.all([
    page.waitForRequest((candidate) => candidate.postData()?.includes('IntrospectionQuery') === true),
    page.getByRole('button', { name: 'Use' }).click(),
  ]);
  expect(introspection.headers()).toMatchObject({ authorization: 'Bearer my-own-key' });
  expect((await runQuery()).headers()).toMatchObject({ authorization: 'Bearer my-own-key' });
  await openExample('BotWeek');
  expect((await runQuery()).headers()).toMatchObject({ authorization: 'Bearer my-own-key' });
  await waitForText('result', '"data"');

  expect(await page.evaluate<string>('JSON.stringify({ ...localStorage }) + document.cookie')).not.toContain(
    'my-own-key',
  );
  await waitForStoredTab('BotWeek', 2, 'week');
  await page.reload();
  await waitForText('query', 'BotWeek');
  expect((await runQuery()).headers()).toMatchObject({ authorization: 'Bearer my-own-key' });
  await page.getByRole('button', { name: 'Key set' }).click();
  await page.getByRole('button', { name: 'Forget the key' }).click();
  expect((await runQuery()).headers()).not.toHaveProperty('authorization');
  expect(await page.evaluate<string>('JSON.stringify({ ...sessionStorage })')).not.toContain('my-own-key');
});

test('asks for a key where the gateway needs one', async () => {
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  const own = await startBrowserGateway((raw) => ({ ...raw, auth: { apiKeys: [{ name: 'me', sha256 }] } }));
  try {
    await page.goto(`${own.url}/graphiql`);
    const request = page.locator('.key-form').getByText('valid key only');
    await request.waitFor();
    await page.getByLabel('API key or token').fill(KEY);
    await page.getByRole('button', { name: 'Use' }).click();
    await request.waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await waitForText('result', '"presence"');
    // The refusals, and that the other gateway is another host.
    expect(pageErrors.filter((error) => !error.includes('401') && !error.startsWith('requests'))).toEqual([]);
  } finally {
    pageErrors = [];
    await openPages.pop()?.close();
    await own.close();
  }
});

test('shows the events of a subscription until it is stopped', async () => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.insertText('subscription Live { agents(first: 2, filter: { kind: HUMAN }) { nodes { name } } }');
  await waitForStoredQuery('Live', 'subscription');
  const sent = await runQuery();
  expect(sent.headers()).toMatchObject({ accept: 'text/event-stream' });
  await waitForText('result', '"nodes"');
  await page.getByText(/^1 event in \d+\.\d s/).waitFor();
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
});

test('is usable on a phone: each part as wide as the screen, and every tab within reach', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const name of ['AgentDay', 'BotWeek', 'OnACall', 'Completeness']) await openExample(name);
  await page.getByRole('button', { name: 'Hide Examples' }).click();
  for (const [name, firstLine] of [
    ['WallboardNow', 'wallboard:'],
    ['OnACall', 'call?'],
  ] as const) {
    const tab = page.getByRole('tab').filter({ hasText: name });
    await tab.click();
    await waitForText('query', firstLine);
    await waitForStoredQuery(name);
    const box = await tab.boundingBox();
    expect([(box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? 999) <= 390]).toEqual([true, true]);
  }
  await runQuery();
  await waitForText('result', '"data"');
  for (const part of ['.graphiql-query-editor .monaco-editor', '.result-window']) {
    const box = await page.locator(part).first().boundingBox();
    expect([part, (box?.width ?? 0) > 250]).toEqual([part, true]);
  }
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(390);
});

test('paints after few and small files, all of which but the page are kept for good', async () => {
  const measured = await page.evaluate<{ name: string; encodedBodySize: number }[]>(
    'performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/")).map((entry) => entry.toJSON())',
  );
  const sum = (files: typeof measured) => files.reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0);
  const beforePaint = measured.filter(({ name }) => name.endsWith('.css'));
  // What the page waits for before it shows anything, and all that it needs until the editor works.
  expect(sum(beforePaint)).toBeLessThan(80_000);
  expect(sum(measured)).toBeLessThan(1_600_000);
  expect(measured.length).toBeLessThan(45);
  for (const { name } of measured) {
    const { headers } = await fetch(name, { headers: { 'accept-encoding': 'br' } });
    expect([name, headers.get('cache-control')]).toEqual([name, 'public, max-age=31536000, immutable']);
  }
});

async function runQuery() {
  // A list of completions may cover the button.
  await page.keyboard.press('Escape');
  const [request] = await Promise.all([
    page.waitForRequest((candidate) => candidate.url() === `${gateway.url}/graphql`),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  return request;
}

async function waitForText(where: 'query' | 'result', text: string) {
  const editor = where === 'query' ? '.graphiql-query-editor' : '.result-window';
  await page.locator(`${editor} .view-lines`).getByText(text).first().waitFor();
}

/** GraphiQL reads the operation's name 100 ms after the text changes, and then stores the text. */
async function waitForStoredQuery(name: string, operation = 'query') {
  await page.waitForFunction((start) => {
    const { localStorage } = globalThis as unknown as { localStorage: Readonly<Record<string, string>> };
    return localStorage['graphiql:query']?.includes(start);
  }, `${operation} ${name}`);
}

/** GraphiQL stores the tabs half a second after the last change. */
async function waitForStoredTab(name: string, tabCount: number, variable = '') {
  await page.waitForFunction(
    ([active, count, variableName]) => {
      const { localStorage } = globalThis as unknown as { localStorage: Readonly<Record<string, string>> };
      const { tabs, activeTabIndex } = JSON.parse(localStorage['graphiql:tabState'] ?? '{"tabs":[]}') as {
        tabs: { title: string; variables: string | null }[];
        activeTabIndex: number;
      };
      const { title, variables } = tabs[activeTabIndex] ?? {};
      return tabs.length === count && title === active && (variables ?? '').includes(variableName);
    },
    [name, tabCount, variable] as const,
  );
}

async function openExample(name: string) {
  const button = page.locator('.examples').getByRole('button', { name });
  if (!(await button.isVisible())) await page.getByRole('button', { name: 'Show Examples' }).click();
  await button.click();
  await waitForText('query', name);
  await waitForStoredQuery(name);
}

function tabNames() {
  return page.getByRole('tab').allInnerTexts();
}
