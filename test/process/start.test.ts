import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type CheckoutCopy, copyCheckout } from '../support/checkout-copy.ts';
import { sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';

jest.setTimeout(120_000);

const gateways = setUpGatewayProcesses();
let checkout: CheckoutCopy;
beforeEach(async () => {
  checkout = await copyCheckout();
});
afterEach(() => checkout.remove());

/** Runs `npm start`'s command in the copy; resolves to what it wrote on standard error until it ended. */
async function start(nodeOptions: readonly string[] = []) {
  const gateway = await gateways.start({ script: checkout.path('src/start.mjs'), nodeOptions });
  const { data } = await sendQuery(gateway.url, '{ agents(first: 1) { totalCount } }');
  expect(data).toMatchObject({ agents: { totalCount: expect.any(Number) } });
  expect((await fetch(`${gateway.url}/graphiql`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/schema.graphql`)).status).toBe(200);
  expect(await terminate(gateway.process)).toBe(0);
  return gateway.banner;
}

const BANNER = 'src/startup/banner.ts';
const BUNDLE = 'dist/bundle/gateway.js';
async function replaceIn(file: string, text: string, replacement: string) {
  const content = await readFile(checkout.path(file), 'utf8');
  expect(content).toContain(text);
  await writeFile(checkout.path(file), content.replace(text, replacement));
}

test('builds a bundle at the first start and runs it from then on, until a source changes', async () => {
  expect(await start()).toContain('Switchboard is ready');
  await replaceIn(BUNDLE, 'Switchboard is ready', 'Switchboard is bundled');
  expect(await start()).toContain('Switchboard is bundled');
  await replaceIn(BANNER, 'Switchboard is ready', 'Switchboard is edited');
  expect(await start()).toContain('Switchboard is edited');
});

/** Runs `npm start`'s command in the copy until it ends; resolves to what it wrote. */
async function runToEnd() {
  const child = gateways.run({ script: checkout.path('src/start.mjs') });
  let log = '';
  child.stdout?.on('data', (text: Buffer) => (log += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (log += text.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  expect(log).not.toContain('Starting from the sources');
  return log;
}

test('names the lines of the sources in the log', async () => {
  await replaceIn(BANNER, '  return `', "  if (url) throw new Error('canary');\n  return `");
  expect(await runToEnd()).toContain('"at":"src/startup/banner.ts:5"');
});

test('names the lines of the sources in the stack of an error before there is a log', async () => {
  await replaceIn(
    'src/startup/log-level.ts',
    '  if (!LOG_LEVEL) return',
    "  if (!LOG_LEVEL) throw new Error('canary');\n  return",
  );
  expect(await runToEnd()).toMatch(/^ {4}at parseLogLevel \(\/.*\/src\/startup\/log-level\.ts:13:\d+\)$/m);
});

test("leaves Node's source maps off, whose first use holds the event loop", async () => {
  await replaceIn(BANNER, '  return `', '  return `maps ${String(process.sourceMapsEnabled)}');
  expect(await start()).toContain('maps false');
});

test('runs the sources, and says so, where it may not write a bundle', async () => {
  const banner = await start(['--permission', '--allow-fs-read=*', '--allow-net']);
  expect(banner).toMatch(/^Starting from the sources, which takes longer: /m);
  expect(banner).toContain('Switchboard is ready');
  await rm(checkout.path('dist'), { recursive: true, force: true });
});
