/** @needs chromium */
import { createHash } from 'node:crypto';
import { beforeEach, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startBrowserGateway } from '../support/browser-gateway.ts';
import { GRAPHIQL_TIMEOUT_MS, setUpGraphiql } from '../support/graphiql-page.ts';

jest.setTimeout(2 * GRAPHIQL_TIMEOUT_MS);

const KEY = 'a-key-that-is-long-enough';

const graphiql = setUpGraphiql();
const { openExample, runQuery, waitForStoredTab, waitForText } = graphiql;
let page: Page;
beforeEach(() => {
  page = graphiql.page();
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
    expect(graphiql.pageErrors().filter((error) => !error.includes('401') && !error.startsWith('requests'))).toEqual(
      [],
    );
  } finally {
    await graphiql.closePage();
    await own.close();
  }
});
