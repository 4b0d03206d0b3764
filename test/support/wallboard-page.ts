import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM, requireProgram } from './programs.ts';

/** For a busy machine; every wait ends as soon as its condition holds. */
export const WALLBOARD_TIMEOUT_MS = 60_000;

/** The largest phone, by width, on which the list has a column less. */
export const PHONE = { width: 390, height: 844 };

export interface WallboardBrowser {
  /** Opens the board of a gateway; `query` is that of the address. */
  readonly open: (gatewayUrl: string, query?: string, options?: WallboardPageOptions) => Promise<WallboardPage>;
  readonly close: () => Promise<void>;
}

export interface WallboardPageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** Called before the page is opened. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface WallboardPage {
  readonly page: Page;
  /** What the browser has complained about: breaches of the security policy, logged errors, requests to other hosts. */
  readonly complaints: readonly string[];
  /** The numbers of the tiles by their label. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
  /** The names of the people in the list, in order. */
  readonly names: () => Promise<readonly string[]>;
  /** The violations that axe finds, each with what it concerns. */
  readonly violations: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export async function launchWallboardBrowser(): Promise<WallboardBrowser> {
  const executablePath = requireProgram(CHROMIUM);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  return {
    open: (gatewayUrl, query = '', options = {}) => openBoard(browser, gatewayUrl, query, options),
    close: () => browser.close(),
  };
}

async function openBoard(
  browser: Browser,
  gatewayUrl: string,
  query: string,
  { viewport = { width: 1440, height: 900 }, colorScheme = 'light', prepare }: WallboardPageOptions,
): Promise<WallboardPage> {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(WALLBOARD_TIMEOUT_MS);
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== gatewayUrl) complaints.push(`requests ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await prepare?.(page);
  await page.goto(`${gatewayUrl}/wallboard${query}`);
  return {
    page,
    complaints,
    counts: async () => {
      const tiles = await page.locator('.tile').all();
      const entries = await Promise.all(
        tiles.map(async (tile): Promise<[string, number]> => [
          (await tile.locator('.tile-label').innerText()).trim(),
          Number(await tile.locator('.tile-number').innerText()),
        ]),
      );
      return Object.fromEntries(entries);
    },
    // Rows off the screen are not laid out, and have no inner text.
    names: () => page.locator('.agent-name').allTextContents(),
    violations: () => findViolations(page),
    close: () => context.close(),
  };
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResult>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
