import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import type { SourcedResult } from '../../src/domain/source.ts';
import type { VendorRequest } from '../../src/http/types.ts';
import { Secret } from '../../src/config/secret.ts';
import {
  type Conformance,
  type ConformanceCase,
  ENDPOINT_FAULTS,
  type EndpointFault,
} from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { SandboxResponse } from '../../src/vendors/sandbox.ts';
import type { AccountDataSource } from '../../src/vendors/vendor.ts';
import { type VendorHarness, connectVendor } from '../support/vendor-harness.ts';
import {
  REDIRECT_TARGET,
  expectSafeToExpose,
  expectNoSecret,
  captureVendorError,
  applyFault,
} from '../support/contract-faults.ts';

/** The contract of all vendors. Every registered vendor is included; it describes itself in its conformance.ts. */

const folder = new URL('../../src/vendors/', import.meta.url);
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const suites = await Promise.all(
  vendors.map(async (vendor) => {
    const module = (await import(`../../src/vendors/${vendor.key}/conformance.ts`)) as { conformance: Conformance };
    return { vendor, conformance: module.conformance };
  }),
);

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

describe.each(suites)('$vendor.key', ({ vendor, conformance }) => {
  const secretTexts = conformance.secrets.map((key) => conformance.account[key] as string);

  describe('identity', () => {
    test('uses the key in capitals as the name', () => {
      expect(vendor.name).toBe(vendor.key.toUpperCase());
    });

    test.each(['README.md', 'index.ts', 'config.ts', 'wire.ts', 'map.ts', 'sandbox.ts'])('has the file %s', (file) => {
      expect(existsSync(new URL(`${vendor.key}/${file}`, folder))).toBe(true);
    });
  });

  describe('configuration', () => {
    const findIssues = (entry: unknown) => vendor.config.safeParse(entry).error?.issues ?? [];

    test('accepts the example account', () => {
      expect(findIssues(conformance.account)).toEqual([]);
    });

    test('rejects an account with an unknown key', () => {
      expect(findIssues({ ...conformance.account, colour: 'blue' })).toMatchObject([
        { code: 'unrecognized_keys', keys: ['colour'] },
      ]);
    });

    test.each(['name', 'vendor', 'baseUrl', ...conformance.required])('rejects an account without %s', (missing) => {
      const { [missing]: _, ...entry } = conformance.account;
      expect(findIssues(entry).map(({ path }) => path)).toEqual([[missing]]);
    });

    test('rejects the example accounts of all other vendors', () => {
      const others = suites.filter((other) => other.vendor !== vendor);
      for (const other of others) expect(findIssues(other.conformance.account)).not.toEqual([]);
    });

    test('rejects a plain http address, except on loopback', () => {
      expect(findIssues({ ...conformance.account, baseUrl: 'http://vendor.example' })).not.toEqual([]);
      expect(findIssues({ ...conformance.account, baseUrl: 'http://127.0.0.1:4001' })).toEqual([]);
    });

    test('parses secrets into Secret, which is never printed', () => {
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

    test('gives equivalent references the same canonical form, and others different ones', () => {
      for (const [first, second] of conformance.references.equivalent ?? []) {
        expect(vendor.references.canonical(first)).toBe(vendor.references.canonical(second));
      }
      const distinct = new Set(conformance.references.valid.map((ref) => vendor.references.canonical(ref)));
      expect(distinct.size).toBe(conformance.references.valid.length);
    });

    test('recognizes references that are e-mail addresses', () => {
      const emails = conformance.references.emails ?? {};
      for (const [ref, email] of Object.entries(emails)) expect(vendor.references.email(ref)).toBe(email);
      for (const ref of conformance.references.valid.filter((good) => !good.includes('@'))) {
        expect(vendor.references.email(ref)).toBeNull();
      }
    });
  });

  describe('fixtures', () => {
    const files = readdirSync(new URL(`${vendor.key}/fixtures/`, folder));

    test('has a parser for every fixture and a fixture for every parser', () => {
      expect(files.length).toBeGreaterThan(0);
      expect(Object.keys(conformance.fixtures).sort()).toEqual(files.sort());
    });

    test.each(files)('parses the fixture %s', (file) => {
      const parseFixture = conformance.fixtures[file];
      expect(() => parseFixture?.(readFileSync(new URL(`${vendor.key}/fixtures/${file}`, folder)))).not.toThrow();
    });
  });

  test('has a conformance case for every capability of the data source', () => {
    const harness = connectVendor(vendor, conformance.account, () => ({ status: 500 }), { now: conformance.now });
    const capabilities = conformance.cases.map(({ capability }) => capability);
    // `findSession` is not a capability: it only looks up what an earlier result contains.
    const { findSession: _, ...answerable } = harness.createDataSource();
    expect([...new Set(capabilities)].sort()).toEqual(Object.keys(answerable).sort());
  });

  describe.each(conformance.cases.map((testCase) => ({ testCase, title: testCase.title ?? '' })))(
    '$testCase.capability $title',
    ({ testCase }) => {
      const runWith = (
        answer: (request: VendorRequest) => SandboxResponse | Promise<SandboxResponse>,
        signal?: AbortSignal,
      ) => {
        const harness = connectVendor(vendor, conformance.account, answer, { now: conformance.now });
        return { harness, answer: runCase(testCase, harness, signal) };
      };

      test('returns the expected data and OK, with exactly the declared calls', async () => {
        const { harness, answer } = runWith(testCase.respond);
        const { data, sources } = await answer;
        expect({ data }).toMatchObject({ data: testCase.expectedData });
        expect(sources.length).toBeGreaterThan(0);
        for (const report of sources) {
          expect(report).toMatchObject({ account: conformance.account.name, outcome: 'OK', error: null });
        }
        expect(new Set(harness.sent.map((request) => request.endpoint))).toEqual(
          new Set(testCase.calls.map((call) => call.endpoint)),
        );
      });

      test('calls only the host of the account, without a secret in the URL', async () => {
        const { harness, answer } = runWith(testCase.respond);
        await answer;
        const { host } = new URL(conformance.account.baseUrl as string);
        for (const { url } of harness.sent) {
          expect(url.host.split('.').slice(-2)).toEqual(host.split('.').slice(-2));
          expectNoSecret(url.search, secretTexts);
        }
      });

      test('makes no further calls when it runs twice within a query', async () => {
        const once = runWith(testCase.respond);
        await once.answer;
        const twice = connectVendor(vendor, conformance.account, testCase.respond, { now: conformance.now });
        const dataSource = twice.createDataSource() as Required<AccountDataSource>;
        await Promise.all([testCase.run(dataSource), testCase.run(dataSource)]);
        expect(twice.sent.map(({ url }) => url.href)).toEqual(once.harness.sent.map(({ url }) => url.href));
      });

      describe.each(testCase.calls)('when $endpoint fails', ({ endpoint, errorCodes }) => {
        test.each(Object.keys(ENDPOINT_FAULTS) as EndpointFault[])('reports the error code for: %s', async (fault) => {
          const { harness, answer } = runWith((request) => {
            expect(request.url.host).not.toBe(new URL(REDIRECT_TARGET).host);
            const good = testCase.respond(request);
            return request.endpoint === endpoint ? applyFault(good, fault) : good;
          });
          const error = await captureVendorError(answer);
          expect(error).toMatchObject({
            code: errorCodes?.[fault] ?? ENDPOINT_FAULTS[fault],
            endpoint,
            vendor: vendor.name,
            account: conformance.account.name,
          });
          expectSafeToExpose(error, secretTexts);
          expect(harness.sent.filter((request) => request.endpoint === endpoint).length).toBeGreaterThan(0);
        });

        test('reports the Retry-After of a 429', async () => {
          const { answer } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 429, headers: { 'Retry-After': '17' }, body: '{}' }
              : testCase.respond(request),
          );
          expect(await captureVendorError(answer)).toMatchObject({
            code: 'VENDOR_RATE_LIMITED',
            retryAfterSeconds: 17,
          });
        });

        test('redacts the account’s secrets that an error response quotes', async () => {
          const { answer } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 400, body: JSON.stringify({ message: `Not good: ${secretTexts.join(', ')}` }) }
              : testCase.respond(request),
          );
          expectSafeToExpose(await captureVendorError(answer), secretTexts);
        });

        test('rejects on abort while the endpoint never responds', async () => {
          const controller = new AbortController();
          const reached = Promise.withResolvers<undefined>();
          const { answer } = runWith((request) => {
            if (request.endpoint !== endpoint) return testCase.respond(request);
            reached.resolve(undefined);
            return new Promise(() => undefined);
          }, controller.signal);
          await reached.promise;
          controller.abort();
          expect(await captureVendorError(answer)).toMatchObject({ code: 'VENDOR_TIMEOUT' });
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

test('the helpers of this suite fail for a missing error and a leaked secret', async () => {
  await expect(captureVendorError(Promise.resolve({ data: null, sources: [] }))).rejects.toThrow();
  expect(() => {
    expectNoSecret('the token is a/bcdefgh', ['a/bcdefgh']);
  }).toThrow();
  expect(() => {
    expectNoSecret('the token is a%2Fbcdefgh', ['a/bcdefgh']);
  }).toThrow();
});
