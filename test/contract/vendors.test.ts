import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../src/config/secret.ts';
import type { SourcedResult } from '../../src/domain/source.ts';
import {
  type Conformance,
  type ConformanceCase,
  ENDPOINT_FAULTS,
  type EndpointFault,
  type ReceivedRequest,
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

const folder = new URL('../../src/vendors/', import.meta.url);
const suites = await Promise.all(
  vendors.map(async (vendor) => {
    const path = `../../src/vendors/${vendor.key}/conformance.ts`;
    const { conformance } = (await import(path)) as { readonly conformance: Conformance };
    return { vendor, conformance };
  }),
);

describe.each(suites)('$vendor.key', ({ vendor, conformance }) => {
  const secretTexts = conformance.secrets.map((key) => conformance.account[key] as string);

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
        handler: (request: ReceivedRequest) => SandboxResponse | Promise<SandboxResponse>,
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

      describe.each(testCase.calls)('when $endpoint fails', ({ endpoint, errorCodes, errorEndpoints }) => {
        test.each(Object.keys(ENDPOINT_FAULTS) as EndpointFault[])('%s: reports the matching error', async (fault) => {
          const { harness, result } = runWith((request) => {
            expect(request.url.origin).not.toBe(new URL(REDIRECT_TARGET).origin);
            const response = testCase.respond(request);
            return request.endpoint === endpoint ? applyFault(response, fault) : response;
          });
          const error = await captureVendorError(result);
          expect(error).toMatchObject({
            code: errorCodes?.[fault] ?? ENDPOINT_FAULTS[fault],
            endpoint: errorEndpoints?.[fault] ?? endpoint,
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

async function runCase(
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
