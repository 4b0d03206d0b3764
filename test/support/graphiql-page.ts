import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type BrowserGateway, startBrowserGateway } from './browser-gateway.ts';
import { CHROMIUM, requireProgram } from './programs.ts';

/** For a busy machine; every wait ends as soon as its condition holds. */
export const GRAPHIQL_TIMEOUT_MS = 60_000;

// Only until the page has loaded: the editor does not work while time stands still. A test may set another time.
const FREEZE_TIME_UNTIL_LOADED = `{
  const now = Date.now;
  const time = Number(sessionStorage['test:now'] ?? ${Date.UTC(2026, 10, 20, 9, 30, 12, 345)});
  Date.now = () => time;
  addEventListener('load', () => { Date.now = now; });
}`;

/** Opens GraphiQL on a gateway before each test, and closes it after; a page with errors fails its test. */
export function setUpGraphiql() {
  let gateway: BrowserGateway;
  let browser: Browser;
  let page: Page;
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
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    openPages.push(page);
    pageErrors = recordErrors(page, gateway.url);
    page.setDefaultTimeout(GRAPHIQL_TIMEOUT_MS);
    await page.addInitScript(FREEZE_TIME_UNTIL_LOADED);
    await page.goto(`${gateway.url}/graphiql`);
    await waitForText(page, 'query', 'WallboardNow');
  });
  afterEach(async () => {
    await openPages.pop()?.close();
    expect(pageErrors).toEqual([]);
  });
  return {
    page: () => page,
    pageErrors: () => pageErrors,
    /** Closes the page in a test that expects its errors. */
    closePage: async () => {
      pageErrors = [];
      await openPages.pop()?.close();
    },
    /** Resolves to the request that the page has sent. */
    runQuery: () => runQuery(page, gateway.url),
    waitForText: (where: 'query' | 'result', text: string) => waitForText(page, where, text),
    waitForStoredQuery: (name: string, operation?: string) => waitForStoredQuery(page, name, operation),
    waitForStoredTab: (name: string, tabCount: number, variable?: string) =>
      waitForStoredTab(page, name, tabCount, variable),
    openExample: (name: string) => openExample(page, name),
    tabNames: () => page.getByRole('tab').allInnerTexts(),
  };
}

/** Requests to other hosts, breaches of the security policy, logged errors and missing files, as they come. */
function recordErrors(page: Page, gatewayUrl: string): string[] {
  const errors: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== gatewayUrl) errors.push(`requests ${url.href}`);
  });
  page.on('response', (response) => {
    if (!response.ok()) errors.push(`${response.status()} for ${response.url()}`);
  });
  // A breach of the security policy is also reported here.
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return errors;
}

async function runQuery(page: Page, gatewayUrl: string) {
  // A list of completions may cover the button.
  await page.keyboard.press('Escape');
  const [request] = await Promise.all([
    page.waitForRequest((candidate) => candidate.url() === `${gatewayUrl}/graphql`),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  return request;
}

async function waitForText(page: Page, where: 'query' | 'result', text: string) {
  const editor = where === 'query' ? '.graphiql-query-editor' : '.result-window';
  await page.locator(`${editor} .view-lines`).getByText(text).first().waitFor();
}

/** GraphiQL reads the operation's name 100 ms after the text changes, and then stores the text. */
async function waitForStoredQuery(page: Page, name: string, operation = 'query') {
  await page.waitForFunction((start) => {
    const { localStorage } = globalThis as unknown as { localStorage: Readonly<Record<string, string>> };
    return localStorage['graphiql:query']?.includes(start);
  }, `${operation} ${name}`);
}

/** GraphiQL stores the tabs half a second after the last change. */
async function waitForStoredTab(page: Page, name: string, tabCount: number, variable = '') {
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

async function openExample(page: Page, name: string) {
  const button = page.locator('.examples').getByRole('button', { name });
  if (!(await button.isVisible())) await page.getByRole('button', { name: 'Show Examples' }).click();
  await button.click();
  await waitForText(page, 'query', name);
  await waitForStoredQuery(page, name);
}
