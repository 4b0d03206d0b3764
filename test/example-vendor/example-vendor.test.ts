import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DAY } from '../../src/domain/time.ts';
import { type CheckoutCopy, copyCheckout, type FileEdit } from '../support/checkout-copy.ts';
import { startGatewayFrom } from '../support/checkout-gateway.ts';

/**
 * Follows docs/adding-a-vendor.md with a fictional vendor, `fixture/`, in a copy of this checkout. A folder, a line in the
 * registry and a value of the schema's VendorName must be all that a vendor needs.
 */

const FIXTURE = join(import.meta.dirname, 'fixture');
const EXAMPLE_CONFIG_TEST = 'test/contract/example-config.test.ts';
const GUIDE = join(import.meta.dirname, '../../docs/adding-a-vendor.md');

const EDITS: readonly FileEdit[] = [
  { file: 'src/vendors/index.ts', after: null, add: `import { acme } from './acme/index.ts';\n` },
  { file: 'src/vendors/index.ts', after: 'export const vendors: readonly VendorAdapter[] = [', add: 'acme, ' },
  {
    file: 'schema/account.graphql',
    after: 'enum VendorName {\n',
    add: '  "Acme Dialler: statuses of people."\n  ACME\n',
  },
];

/** For readers only: the gateway does not need it. */
const EXAMPLE_CONFIG_EDIT: FileEdit = {
  file: 'switchboard.example.yaml',
  after: '\naccounts:\n',
  add: `  - name: dialler
    vendor: acme
    baseUrl: https://api.acme.example/dialler
    apiToken: '\${ACME_TOKEN}' # with the permission "Read statuses" (Admin → API tokens)

`,
};

let checkout: CheckoutCopy;
beforeAll(async () => {
  checkout = await copyCheckout();
  await checkout.addFolder(FIXTURE, 'src/vendors/acme');
  for (const edit of EDITS) await checkout.edit(edit);
  expect(await checkout.runScript('codegen')).toMatchObject({ ok: true });
});
afterAll(() => checkout.remove());

test('the guide lists every edit outside the folder', async () => {
  const guide = await readFile(GUIDE, 'utf8');
  for (const { file, add } of [...EDITS, EXAMPLE_CONFIG_EDIT]) {
    expect(guide).toContain(`\`${file}\``);
    for (const line of add.trim().split('\n')) expect(guide).toContain(line.trim());
  }
});

test('adding the vendor changes no other file', async () => {
  const folder = (await readdir(FIXTURE, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).replace(FIXTURE, 'src/vendors/acme'));
  expect(folder.length).toBeGreaterThan(12);
  const generatedFiles = [
    'src/generated/resolvers.ts',
    'packages/client/src/generated/documents.ts',
    'src/wallboard/generated/documents.ts',
  ];
  expect(await checkout.changedFiles()).toEqual(
    [...folder, ...generatedFiles, 'src/vendors/index.ts', 'schema/account.graphql'].sort(),
  );
});

test('the copy type-checks', async () => {
  expect(await checkout.runTool('tsc', '-p', 'tsconfig.json')).toEqual({ ok: true, output: '' });
});

test('the copy violates no layer rule', async () => {
  const { output } = await checkout.runTool('depcruise', '--config', '.dependency-cruiser.cjs', '-T', 'json', 'src');
  const { modules, summary } = JSON.parse(output) as {
    modules: readonly { source: string }[];
    summary: { violations: unknown };
  };
  expect(modules.map(({ source }) => source)).toContain('src/vendors/acme/client.ts');
  expect(summary.violations).toEqual([]);
});

test('the contract suite includes the vendor automatically, and passes together with its own tests', async () => {
  const tests = await runJest(checkout, 'test/contract/vendors', 'src/vendors/acme');
  const contract = tests.filter(({ file }) => file.startsWith('test/contract/'));
  // Vendors differ in their capabilities. The tests that all other vendors share must include this one.
  const titlesOf = (vendor: string) =>
    contract.filter(({ path }) => path[0] === vendor).map(({ path }) => path.slice(1).join(' › '));
  const common = titlesOf('kore').filter((title) =>
    ['avaamo', 'vonage'].every((vendor) => titlesOf(vendor).includes(title)),
  );
  expect(common.length).toBeGreaterThan(12);
  expect(titlesOf('acme')).toEqual(expect.arrayContaining(common));
  // Two cases of one call each: success, every fault, errors with a time or a secret, no response at all.
  const caseTitles = titlesOf('acme').filter((title) => /^(statusPeriods|currentStatus) /.test(title));
  expect(caseTitles).toHaveLength(2 * (3 + 11 + 3));

  // The tests of the registry, and the vendor's own, have no describe block.
  const relevantTests = tests.filter(({ path }) => path[0] === 'acme' || path.length === 1);
  expect(relevantTests.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(relevantTests.filter(({ file }) => file === 'src/vendors/acme/acme.test.ts').length).toBeGreaterThan(3);
});

interface PeriodData {
  readonly account: { readonly name: string; readonly vendor: string };
  readonly status: string;
  readonly vendorStatus: string;
  readonly start: string;
  readonly end: string | null;
  readonly isOngoing: boolean;
}

interface StatusesData {
  readonly accounts: readonly { readonly name: string; readonly vendor: string }[];
  readonly agents: {
    readonly nodes: readonly {
      readonly statusPeriods: {
        readonly complete: boolean;
        readonly sources: readonly { readonly endpoint: string; readonly outcome: string }[];
        readonly nodes: readonly PeriodData[];
      };
    }[];
  };
}

const QUERY = `query Statuses($during: TimeRange!) {
  agents(filter: { vendor: ACME }) {
    nodes {
      statusPeriods(during: $during, accounts: ["dialler"]) {
        complete
        sources { endpoint outcome }
        nodes { account { name vendor } status vendorStatus start end isOngoing }
      }
    }
  }
  accounts { name vendor }
}`;

test('a gateway started from the copy returns the vendor’s statuses from its fake', async () => {
  const gateway = await startGatewayFrom(checkout.path());
  try {
    const [from, to] = [Date.now() - DAY, Date.now()];
    const during = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const { data, errors } = (await gateway.query(QUERY, { during })) as { data: StatusesData; errors?: unknown };

    expect(errors).toBeUndefined();
    const connections = data.agents.nodes.map(({ statusPeriods }) => statusPeriods);
    expect(connections.length).toBeGreaterThan(10);
    for (const { complete, sources, nodes } of connections) {
      expect(complete).toBe(true);
      expect(sources).toEqual([{ endpoint: 'statuses', outcome: 'OK' }]);
      expect(nodes.map(({ start }) => start)).toEqual(nodes.map(({ start }) => start).sort());
    }
    const periods = connections.flatMap(({ nodes }) => nodes);
    // Three pages: the fake never sends fewer, even of a short list.
    expect(Math.max(...connections.map(({ nodes }) => nodes.length))).toBeGreaterThan(10);
    expect(new Set(periods.map(({ status, vendorStatus }) => `${vendorStatus} ${status}`))).toEqual(
      new Set(['READY AVAILABLE', 'TALKING BUSY', 'BREAK AWAY']),
    );
    for (const { account, start, end, isOngoing } of periods) {
      expect(account).toEqual({ name: 'dialler', vendor: 'ACME' });
      expect(isOngoing).toBe(end === null);
      expect(Date.parse(start)).toBeLessThan(to);
      expect(Date.parse(start)).toBeGreaterThan(from - DAY);
      expect(end === null ? Infinity : Date.parse(end)).toBeGreaterThan(from);
    }
    expect(periods.some(({ isOngoing }) => isOngoing)).toBe(true);
    expect(data.accounts).toContainEqual({ name: 'dialler', vendor: 'ACME' });
  } finally {
    await gateway.stop();
  }
});

test('a test requires the vendor in the example configuration', async () => {
  const title = 'shows an account of acme with every key in the example configuration';
  const statusOf = async () =>
    (await runJest(checkout, EXAMPLE_CONFIG_TEST)).find(({ path }) => path.at(-1) === title)?.status;
  expect(await statusOf()).toBe('failed');
  await checkout.edit(EXAMPLE_CONFIG_EDIT);
  expect(await statusOf()).toBe('passed');
});

interface TestResult {
  readonly file: string;
  /** The titles from the outermost group to the test itself. */
  readonly path: readonly string[];
  readonly status: string;
}

async function runJest(copy: CheckoutCopy, ...files: readonly string[]): Promise<readonly TestResult[]> {
  const { output } = await copy.runScript('jest', '--runInBand', '--json', ...files);
  const { testResults } = JSON.parse(output) as {
    testResults: readonly {
      name: string;
      assertionResults: readonly { ancestorTitles: readonly string[]; title: string; status: string }[];
    }[];
  };
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: name.replace(`${checkout.path()}/`, ''),
      path: [...ancestorTitles, title],
      status,
    })),
  );
}
