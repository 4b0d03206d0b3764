/** @needs chromium */
import { beforeEach, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { GRAPHIQL_TIMEOUT_MS, setUpGraphiql } from '../support/graphiql-page.ts';

jest.setTimeout(2 * GRAPHIQL_TIMEOUT_MS);

const graphiql = setUpGraphiql();
const { openExample, runQuery, tabNames, waitForStoredQuery, waitForStoredTab, waitForText } = graphiql;
let page: Page;
beforeEach(() => {
  page = graphiql.page();
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
