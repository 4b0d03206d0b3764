// Takes the README's screenshot of GraphiQL after running the query of the first tab: docs/images/graphiql.png.
// Usage: node scripts/screenshot.mjs [URL of GraphiQL]. CHROMIUM names a browser that is not on the PATH.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, requireProgram } from '../test/support/programs.ts';

const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphiql';
const file = fileURLToPath(new URL('../docs/images/graphiql.png', import.meta.url));

const executablePath = requireProgram(CHROMIUM);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  // A larger window scaled down to 1280 × 800, so that query, response and documentation fit side by side.
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 }, deviceScaleFactor: 0.8 });
  await page.goto(url);
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
  await mkdir(dirname(file), { recursive: true });
  await page.screenshot({ path: file });
  console.log(file);
} finally {
  await browser.close();
}
