// Takes the README's pictures from a running gateway: the wallboard in light and dark (docs/images/wallboard-*.webp), and GraphiQL after
// running the query of the first tab (docs/images/graphiql.webp). Takes two minutes.
// The pictures are of an afternoon, when all sites work and the timelines are long. Both pages show the gateway's time, so that it is enough to
// start the gateway with its sandbox on another clock: on Debian (apt-get install faketime)
//   TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1 faketime '2026-11-30 15:18:00' node src/main.ts
//   TZ=UTC node scripts/screenshot.mjs
// Usage: node scripts/screenshot.mjs [URL of the gateway] [wallboard | graphiql]. CHROMIUM names a browser that is not on the PATH.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, requireProgram } from '../test/support/programs.ts';

const IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url));
const WEBP_QUALITY = 80;
/** The panel of vendors shows the calls of a minute: those of boards that have been open for so long. */
const OPEN_MS = 65_000;
/** The first segment of a strip is the current status; the others come with the day. */
const DAY_SEGMENTS = 200;

const [gateway = 'http://127.0.0.1:4000', only] = process.argv.slice(2);

const executablePath = requireProgram(CHROMIUM);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await mkdir(IMAGES, { recursive: true });
  if (only !== 'graphiql') await Promise.all(['light', 'dark'].map(takeWallboard));
  if (only !== 'wallboard') await takeGraphiql();
} finally {
  await browser.close();
}

async function takeWallboard(theme) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 0.9 });
  await page.goto(new URL(`/wallboard?theme=${theme}`, gateway).href);
  await page.locator('.strip .segment').nth(DAY_SEGMENTS).waitFor({ state: 'attached' });
  await page.locator('.bot').first().waitFor();
  await page.locator('.tile-change').first().getByText('15 min').waitFor();
  await page.waitForTimeout(OPEN_MS);
  await save(`wallboard-${theme}.webp`, await capture(page));
}

async function takeGraphiql() {
  // A larger window scaled down to 1280 × 800, so that query, response and documentation fit side by side.
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 }, deviceScaleFactor: 0.8 });
  await page.goto(new URL('/graphiql', gateway).href);
  await page.locator('.graphiql-query-editor .view-lines').getByText('WallboardNow').waitFor();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Agent', { exact: true }).first().click();
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await page.locator('.result-window .view-lines').getByText('"data"').waitFor();
  // Room for the complete query.
  await page.getByRole('button', { name: 'Hide editor tools' }).click();
  await page.locator('.graphiql-query-editor .view-lines').getByText('observedAt').last().waitFor();
  // The first people of the list may not be on shift: scroll to one who is.
  const answer = page.locator('.result-window .view-lines');
  await answer.hover();
  for (let i = 0; i < 50 && (await answer.getByText('"label"').count()) < 3; i += 1) {
    await page.mouse.wheel(0, 100);
    await page.waitForTimeout(100);
  }
  // Move the pointer away, so that the screenshot has no tooltip.
  await page.mouse.move(0, 0);
  await page.getByRole('tooltip').waitFor({ state: 'hidden' });
  await save('graphiql.webp', await capture(page));
}

async function capture(page) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: WEBP_QUALITY });
  return Buffer.from(data, 'base64');
}

async function save(name, content) {
  const file = join(IMAGES, name);
  await writeFile(file, content);
  console.log(`${file}: ${Math.round(content.length / 1000)} kB`);
}
