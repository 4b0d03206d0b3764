/** @needs chromium */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type BrowserGateway, startBrowserGateway } from '../support/browser-gateway.ts';
import { CHROMIUM, requireProgram } from '../support/programs.ts';
import { readSchemaText } from '../support/schema-text.ts';

// For a busy machine; every wait below ends as soon as its condition holds.
const WAIT_TIMEOUT_MS = 60_000;
jest.setTimeout(2 * WAIT_TIMEOUT_MS);

// Only until the page has loaded: the editor does not work while time stands still.
const FREEZE_TIME_UNTIL_LOADED = `{
  const now = Date.now;
  Date.now = () => ${Date.UTC(2026, 10, 20, 9, 30, 12, 345)};
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

test('runs every tab, with times up to the opening of the page', async () => {
  const tabs = page.getByRole('tab');
  expect(await tabs.allInnerTexts()).toEqual([
    'WallboardNow',
    'AgentDay',
    'BotWeek',
    'OnACall',
    'Completeness',
    'CostEstimate',
  ]);
  const day = { from: '2026-11-19T09:30:00.000Z', to: '2026-11-20T09:30:00.000Z' };
  const week = { from: '2026-11-14', to: '2026-11-20', timeZone: 'UTC' };
  const variables = { AgentDay: { day }, BotWeek: { week }, OnACall: undefined, Completeness: { day, week } };
  for (const [name, expected] of Object.entries(variables)) {
    await tabs.filter({ hasText: name }).click();
    await waitForText('query', name);
    await waitForStoredQuery(name);
    const sent = await runQuery();
    expect(sent.postDataJSON()).toMatchObject({ operationName: name });
    expect((sent.postDataJSON() as { variables?: unknown }).variables).toEqual(expected);
    await waitForText('result', '"data"');
  }
});

test('shows the plan in the tab CostEstimate, without executing the query', async () => {
  await page.getByRole('tab').filter({ hasText: 'CostEstimate' }).click();
  await waitForText('query', 'CostEstimate');
  await waitForStoredQuery('CostEstimate');
  const sent = await runQuery();
  expect(sent.headers()).toMatchObject({ 'switchboard-explain': 'plan' });
  await waitForText('result', '"vendorCalls"');
  await waitForText('result', '"atMost"');
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
async function waitForStoredQuery(name: string) {
  await page.waitForFunction((start) => {
    const { localStorage } = globalThis as unknown as { localStorage: Readonly<Record<string, string>> };
    return localStorage['graphiql:query']?.includes(start);
  }, `query ${name}`);
}
