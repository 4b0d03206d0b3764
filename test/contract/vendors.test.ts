import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { Secret } from '../../src/config/secret.ts';
import type { SourcedResult } from '../../src/domain/source.ts';
import type { VendorRequest } from '../../src/http/types.ts';
import {
  type Conformance,
  type ConformanceCase,
  ENDPOINT_FAULTS,
  type EndpointFault,
} from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { SandboxResponse } from '../../src/vendors/sandbox.ts';
import type { AccountDataSource } from '../../src/vendors/vendor.ts';
import {
  applyFault,
  captureVendorError,
  expectNoSecret,
  expectSafeToExpose,
  REDIRECT_TARGET,
} from '../support/contract-faults.ts';
import { connectVendor, type VendorHarness } from '../support/vendor-harness.ts';

/** The behaviour that all vendors share. Every registered vendor is tested; it describes itself in its conformance.ts. */

/**
 * The files that every vendor's folder has, and the value that each exports under a fixed name. No other file of the folder
 * exports one of these names.
 */
const VENDOR_EXPORTS = {
  'config.ts': 'config',
  'references.ts': 'references',
  'client.ts': 'createClient',
  'loaders.ts': 'createLoaders',
  'data-source.ts': 'createDataSource',
  'estimate.ts': 'estimateCalls',
  'sandbox.ts': 'createFakeVendor',
  'conformance.ts': 'conformance',
} as const;
const OTHER_FILES = ['README.md', 'index.ts', 'wire.ts', 'map.ts'];

const folder = new URL('../../src/vendors/', import.meta.url);
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const suites = await Promise.all(
  vendors.map(async (vendor) => {
    const exportsByFile = await importFolder(vendor.key);
    const conformance = exportsByFile.get('conformance.ts')?.conformance as Conformance;
    return { vendor, conformance, exportsByFile };
  }),
);

/** The exports of every source file at the top of a vendor's folder. */
async function importFolder(key: string): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const files = readdirSync(new URL(`${key}/`, folder)).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const modules = files.map(async (file) => {
    const module = (await import(`../../src/vendors/${key}/${file}`)) as Record<string, unknown>;
    return [file, module] as const;
  });
  return new Map(await Promise.all(modules));
}

test('registers exactly the vendors that have a folder', () => {
  expect(folders.length).toBeGreaterThan(0);
  expect(vendors.map((vendor) => vendor.key).sort()).toEqual(folders.sort());
});

test('registers exactly the vendors of the schema’s VendorName', () => {
  const text = readFileSync(new URL('../../schema/account.graphql', import.meta.url), 'utf8');
  const names = parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'VendorName'
      ? (definition.values ?? []).map((value) => value.name.value)
      : [],
  );
  expect(vendors.map((vendor) => vendor.name).sort()).toEqual(names.sort());
});

test('gives every vendor a unique name and key', () => {
  expect(new Set(vendors.map((vendor) => vendor.name)).size).toBe(vendors.length);
  expect(new Set(vendors.map((vendor) => vendor.key)).size).toBe(vendors.length);
});

describe.each(suites)('$vendor.key', ({ vendor, conformance, exportsByFile }) => {
  const secretTexts = conformance.secrets.map((key) => conformance.account[key] as string);

  describe('identity', () => {
    test('has a name that is the key in capitals', () => {
      expect(vendor.name).toBe(vendor.key.toUpperCase());
    });

    test.each(OTHER_FILES)('has the vendor file %s', (file) => {
      expect(existsSync(new URL(`${vendor.key}/${file}`, folder))).toBe(true);
    });

    test.each(Object.entries(VENDOR_EXPORTS))('%s exports %s, and no other file does', (file, name) => {
      const exporters = [...exportsByFile].filter(([, module]) => name in module).map(([exporter]) => exporter);
      expect(exporters).toEqual([file]);
    });

    test('index.ts exports nothing but the adapter, under the key', () => {
      expect({ ...exportsByFile.get('index.ts') }).toEqual({ [vendor.key]: vendor });
    });

    test('data-source.ts exports cachedAgents if the vendor discovers agents', () => {
      const discovers = conformance.cases.some(({ capability }) => capability === 'discover');
      const exporters = [...exportsByFile].filter(([, module]) => 'cachedAgents' in module);
      expect(exporters.map(([file]) => file)).toEqual(discovers ? ['data-source.ts'] : []);
    });
  });

  describe('configuration', () => {
    const findIssues = (account: unknown) => vendor.config.safeParse(account).error?.issues ?? [];

    test('accepts the example account', () => {
      expect(findIssues(conformance.account)).toEqual([]);
    });

    test('rejects an unknown key', () => {
      expect(findIssues({ ...conformance.account, colour: 'blue' })).toMatchObject([
        { code: 'unrecognized_keys', keys: ['colour'] },
      ]);
    });

    test.each(['name', 'vendor', 'baseUrl', ...conformance.required])('rejects an account without %s', (missing) => {
      const { [missing]: _, ...account } = conformance.account;
      expect(findIssues(account).map(({ path }) => path)).toEqual([[missing]]);
    });

    test('rejects the account of every other vendor', () => {
      const others = suites.filter((other) => other.vendor !== vendor);
      for (const other of others) expect(findIssues(other.conformance.account)).not.toEqual([]);
    });

    test('rejects a plain http URL, except for loopback', () => {
      expect(findIssues({ ...conformance.account, baseUrl: 'http://vendor.example' })).not.toEqual([]);
      expect(findIssues({ ...conformance.account, baseUrl: 'http://127.0.0.1:4001' })).toEqual([]);
    });

    test('keeps secrets as Secret, which never prints them', () => {
      const config = vendor.config.parse(conformance.account) as unknown as Record<string, unknown>;
      for (const key of conformance.secrets) expect(config[key]).toBeInstanceOf(Secret);
      expectNoSecret(`${inspect(config, { depth: 9, showHidden: true })} ${JSON.stringify(config)}`, secretTexts);
    });
  });

  describe('references', () => {
    test.each(conformance.references.valid)('accepts the reference %j', (ref) => {
      expect(vendor.references.problem(ref)).toBeNull();
    });

    test.each(conformance.references.invalid)('rejects the reference %j with a reason', (ref) => {
      expect(vendor.references.problem(ref)).toMatch(/^(must|is) .{3,}/);
    });

    test('leaves canonical references unchanged', () => {
      for (const ref of conformance.references.valid) {
        const canonical = vendor.references.canonical(ref);
        expect(vendor.references.canonical(canonical)).toBe(canonical);
      }
    });

    test('gives equal canonical forms to references to the same agent only', () => {
      for (const [ref, equivalent] of conformance.references.equivalent ?? []) {
        expect(vendor.references.canonical(ref)).toBe(vendor.references.canonical(equivalent));
      }
      const distinct = new Set(conformance.references.valid.map((ref) => vendor.references.canonical(ref)));
      expect(distinct.size).toBe(conformance.references.valid.length);
    });

    test('recognises references that are e-mail addresses', () => {
      const emails = conformance.references.emails ?? {};
      for (const [ref, email] of Object.entries(emails)) expect(vendor.references.email(ref)).toBe(email);
      for (const ref of conformance.references.valid.filter((valid) => !valid.includes('@'))) {
        expect(vendor.references.email(ref)).toBeNull();
      }
    });
  });

  describe('fixtures', () => {
    const files = readdirSync(new URL(`${vendor.key}/fixtures/`, folder));

    test('has a reader for every fixture, and a fixture for every reader', () => {
      expect(files.length).toBeGreaterThan(0);
      expect(Object.keys(conformance.fixtures).sort()).toEqual(files.sort());
    });

    test.each(files)('reads the fixture %s', (file) => {
      const read = conformance.fixtures[file];
      expect(() => read?.(readFileSync(new URL(`${vendor.key}/fixtures/${file}`, folder)))).not.toThrow();
    });
  });

  test('has a case for every capability of its data source', () => {
    const harness = connectVendor(vendor, conformance.account, () => ({ status: 500 }), { now: conformance.now });
    const capabilities = conformance.cases.map(({ capability }) => capability);
    // `findSession` is not a capability: it only looks up earlier results.
    const { findSession: _, ...provided } = harness.createDataSource();
    expect([...new Set(capabilities)].sort()).toEqual(Object.keys(provided).sort());
  });

  describe.each(conformance.cases.map((testCase) => ({ testCase, title: testCase.title ?? '' })))(
    '$testCase.capability $title',
    ({ testCase }) => {
      const runWith = (
        handler: (request: VendorRequest) => SandboxResponse | Promise<SandboxResponse>,
        signal?: AbortSignal,
      ) => {
        const harness = connectVendor(vendor, conformance.account, handler, { now: conformance.now });
        return { harness, result: runCase(testCase, harness, signal) };
      };

      test('returns the expected data with outcome OK, by the declared calls', async () => {
        const { harness, result } = runWith(testCase.respond);
        const { data, sources } = await result;
        expect({ data }).toMatchObject({ data: testCase.expectedData });
        expect(sources.length).toBeGreaterThan(0);
        for (const report of sources) {
          expect(report).toMatchObject({ account: conformance.account.name, outcome: 'OK', error: null });
        }
        expect(new Set(harness.sent.map((request) => request.endpoint))).toEqual(
          new Set(testCase.calls.map((call) => call.endpoint)),
        );
      });

      test('calls only the account’s own host, with no secret in a query string', async () => {
        const { harness, result } = runWith(testCase.respond);
        await result;
        const { host } = new URL(conformance.account.baseUrl as string);
        for (const { url } of harness.sent) {
          expect(url.host.split('.').slice(-2)).toEqual(host.split('.').slice(-2));
          expectNoSecret(url.search, secretTexts);
        }
      });

      test('makes the calls only once when it runs twice within a query', async () => {
        const once = runWith(testCase.respond);
        await once.result;
        const twice = connectVendor(vendor, conformance.account, testCase.respond, { now: conformance.now });
        const dataSource = twice.createDataSource() as Required<AccountDataSource>;
        await Promise.all([testCase.run(dataSource), testCase.run(dataSource)]);
        expect(twice.sent.map(({ url }) => url.href)).toEqual(once.harness.sent.map(({ url }) => url.href));
      });

      describe.each(testCase.calls)('when $endpoint fails', ({ endpoint, errorCodes }) => {
        test.each(Object.keys(ENDPOINT_FAULTS) as EndpointFault[])('%s: reports the matching error', async (fault) => {
          const { harness, result } = runWith((request) => {
            expect(request.url.host).not.toBe(new URL(REDIRECT_TARGET).host);
            const response = testCase.respond(request);
            return request.endpoint === endpoint ? applyFault(response, fault) : response;
          });
          const error = await captureVendorError(result);
          expect(error).toMatchObject({
            code: errorCodes?.[fault] ?? ENDPOINT_FAULTS[fault],
            endpoint,
            vendor: vendor.name,
            account: conformance.account.name,
          });
          expectSafeToExpose(error, secretTexts);
          expect(harness.sent.filter((request) => request.endpoint === endpoint).length).toBeGreaterThan(0);
        });

        test('status 429 with Retry-After: reports the time to wait', async () => {
          const { result } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 429, headers: { 'Retry-After': '17' }, body: '{}' }
              : testCase.respond(request),
          );
          expect(await captureVendorError(result)).toMatchObject({
            code: 'VENDOR_RATE_LIMITED',
            retryAfterSeconds: 17,
          });
        });

        test('an error that quotes the account’s secrets: redacts them', async () => {
          const { result } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 400, body: JSON.stringify({ message: `Not good: ${secretTexts.join(', ')}` }) }
              : testCase.respond(request),
          );
          expectSafeToExpose(await captureVendorError(result), secretTexts);
        });

        test('no response: rejects with VENDOR_TIMEOUT when the request is aborted', async () => {
          const controller = new AbortController();
          const reached = Promise.withResolvers<undefined>();
          const { result } = runWith((request) => {
            if (request.endpoint !== endpoint) return testCase.respond(request);
            reached.resolve(undefined);
            return new Promise(() => undefined);
          }, controller.signal);
          await reached.promise;
          controller.abort();
          expect(await captureVendorError(result)).toMatchObject({ code: 'VENDOR_TIMEOUT' });
        });
      });
    },
  );
});

function runCase(
  testCase: ConformanceCase,
  harness: VendorHarness,
  signal?: AbortSignal,
): Promise<SourcedResult<unknown>> {
  return testCase.run(harness.createDataSource(signal ? { signal } : {}) as Required<AccountDataSource>);
}

test('the suite’s own checks can fail', async () => {
  await expect(captureVendorError(Promise.resolve({ data: null, sources: [] }))).rejects.toThrow();
  expect(() => {
    expectNoSecret('the token is a/bcdefgh', ['a/bcdefgh']);
  }).toThrow();
  expect(() => {
    expectNoSecret('the token is a%2Fbcdefgh', ['a/bcdefgh']);
  }).toThrow();
});
