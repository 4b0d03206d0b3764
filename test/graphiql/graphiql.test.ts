/** @needs chromium */
import { beforeEach, expect, jest, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import type { Page } from 'playwright-core';
import { GRAPHIQL_TIMEOUT_MS, setUpGraphiql } from '../support/graphiql-page.ts';
import { readSchemaText } from '../support/schema-text.ts';

jest.setTimeout(2 * GRAPHIQL_TIMEOUT_MS);

const graphiql = setUpGraphiql();
const { openExample, runQuery, waitForStoredQuery, waitForText } = graphiql;
let page: Page;
beforeEach(() => {
  page = graphiql.page();
});

test('runs the first tab and shows its data', async () => {
  await runQuery();
  await waitForText('result', '"presence"');
  expect(await page.title()).toContain('Switchboard');
  expect(await page.locator('.graphiql-logo').innerText()).toContain('Switchboard');
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
