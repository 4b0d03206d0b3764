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

/** What every vendor must do alike. A vendor is taken up by being registered; it describes itself in its conformance.ts. */

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

test('the registry and the folders are the same list', () => {
  expect(folders.length).toBeGreaterThan(0);
  expect(vendors.map((vendor) => vendor.key).sort()).toEqual(folders.sort());
});

test('the registry and the schema’s VendorName are the same list', () => {
  const text = readFileSync(new URL('../../schema/account.graphql', import.meta.url), 'utf8');
  const names = parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'VendorName'
      ? (definition.values ?? []).map((value) => value.name.value)
      : [],
  );
  expect(vendors.map((vendor) => vendor.name).sort()).toEqual(names.sort());
});

test('no two vendors have the same name or key', () => {
  expect(new Set(vendors.map((vendor) => vendor.name)).size).toBe(vendors.length);
  expect(new Set(vendors.map((vendor) => vendor.key)).size).toBe(vendors.length);
});

describe.each(suites)('$vendor.key', ({ vendor, conformance }) => {
  const secretTexts = conformance.secrets.map((key) => conformance.account[key] as string);

  describe('identity', () => {
    test('the name is the key in capitals', () => {
      expect(vendor.name).toBe(vendor.key.toUpperCase());
    });

    test.each(['README.md', 'index.ts', 'config.ts', 'wire.ts', 'map.ts', 'sandbox.ts'])('has its %s', (file) => {
      expect(existsSync(new URL(`${vendor.key}/${file}`, folder))).toBe(true);
    });
  });

  describe('configuration', () => {
    const findIssues = (entry: unknown) => vendor.config.safeParse(entry).error?.issues ?? [];

    test('the example is valid', () => {
      expect(findIssues(conformance.account)).toEqual([]);
    });

    test('an unknown key is refused', () => {
      expect(findIssues({ ...conformance.account, colour: 'blue' })).toMatchObject([
        { code: 'unrecognized_keys', keys: ['colour'] },
      ]);
    });

    test.each(['name', 'vendor', 'baseUrl', ...conformance.required])('an entry without %s is refused', (missing) => {
      const { [missing]: _, ...entry } = conformance.account;
      expect(findIssues(entry).map(({ path }) => path)).toEqual([[missing]]);
    });

    test('every other vendor’s entry is refused', () => {
      const others = suites.filter((other) => other.vendor !== vendor);
      for (const other of others) expect(findIssues(other.conformance.account)).not.toEqual([]);
    });

    test('a plain http address is refused, except on this machine', () => {
      expect(findIssues({ ...conformance.account, baseUrl: 'http://vendor.example' })).not.toEqual([]);
      expect(findIssues({ ...conformance.account, baseUrl: 'http://127.0.0.1:4001' })).toEqual([]);
    });

    test('secrets are kept as such, and never printed', () => {
      const config = vendor.config.parse(conformance.account) as unknown as Record<string, unknown>;
      for (const key of conformance.secrets) expect(config[key]).toBeInstanceOf(Secret);
      expectNoSecret(`${inspect(config, { depth: 9, showHidden: true })} ${JSON.stringify(config)}`, secretTexts);
    });
  });

  describe('references', () => {
    test.each(conformance.references.valid)('%j can be one', (ref) => {
      expect(vendor.references.problem(ref)).toBeNull();
    });

    test.each(conformance.references.invalid)('%j cannot be one, and a sentence says why', (ref) => {
      expect(vendor.references.problem(ref)).toMatch(/^(must|is) .{3,}/);
    });

    test('canonical forms stay as they are', () => {
      for (const ref of conformance.references.valid) {
        const once = vendor.references.canonical(ref);
        expect(vendor.references.canonical(once)).toBe(once);
      }
    });

    test('those that mean the same agent have the same canonical form, others not', () => {
      for (const [one, other] of conformance.references.equivalent ?? []) {
        expect(vendor.references.canonical(one)).toBe(vendor.references.canonical(other));
      }
      const distinct = new Set(conformance.references.valid.map((ref) => vendor.references.canonical(ref)));
      expect(distinct.size).toBe(conformance.references.valid.length);
    });

    test('those that are e-mail addresses are known as such', () => {
      const emails = conformance.references.emails ?? {};
      for (const [ref, email] of Object.entries(emails)) expect(vendor.references.email(ref)).toBe(email);
      for (const ref of conformance.references.valid.filter((good) => !good.includes('@'))) {
        expect(vendor.references.email(ref)).toBeNull();
      }
    });
  });

  describe('fixtures', () => {
    const files = readdirSync(new URL(`${vendor.key}/fixtures/`, folder));

    test('every file has a reader, and every reader a file', () => {
      expect(files.length).toBeGreaterThan(0);
      expect(Object.keys(conformance.fixtures).sort()).toEqual(files.sort());
    });

    test.each(files)('%s is what the client expects', (file) => {
      const read = conformance.fixtures[file];
      expect(() => read?.(readFileSync(new URL(`${vendor.key}/fixtures/${file}`, folder)))).not.toThrow();
    });
  });

  test('every question that the sources answer is asked here', () => {
    const harness = connectVendor(vendor, conformance.account, () => ({ status: 500 }), { now: conformance.now });
    const capabilities = conformance.cases.map((question) => question.capability);
    // `sessionOf` is no question: it tells of what an answer has brought.
    const { findSession: _, ...answerable } = harness.createDataSource();
    expect([...new Set(capabilities)].sort()).toEqual(Object.keys(answerable).sort());
  });

  describe.each(conformance.cases.map((question) => ({ question, title: question.title ?? '' })))(
    '$question.capability $title',
    ({ question }) => {
      const runWith = (
        answer: (request: VendorRequest) => SandboxResponse | Promise<SandboxResponse>,
        signal?: AbortSignal,
      ) => {
        const harness = connectVendor(vendor, conformance.account, answer, { now: conformance.now });
        return { harness, answer: runQuestion(question, harness, signal) };
      };

      test('is answered, OK, by the calls it is said to take', async () => {
        const { harness, answer } = runWith(question.respond);
        const { data, sources } = await answer;
        expect({ data }).toMatchObject({ data: question.expectedData });
        expect(sources.length).toBeGreaterThan(0);
        for (const report of sources) {
          expect(report).toMatchObject({ account: conformance.account.name, outcome: 'OK', error: null });
        }
        expect(new Set(harness.sent.map((request) => request.endpoint))).toEqual(
          new Set(question.calls.map((call) => call.endpoint)),
        );
      });

      test('calls nobody but the account’s own address, and carries no secret in a URL', async () => {
        const { harness, answer } = runWith(question.respond);
        await answer;
        const { host } = new URL(conformance.account.baseUrl as string);
        for (const { url } of harness.sent) {
          expect(url.host.split('.').slice(-2)).toEqual(host.split('.').slice(-2));
          expectNoSecret(url.search, secretTexts);
        }
      });

      test('asked twice within a query, calls no more than once', async () => {
        const once = runWith(question.respond);
        await once.answer;
        const twice = connectVendor(vendor, conformance.account, question.respond, { now: conformance.now });
        const sources = twice.createDataSource() as Required<AccountDataSource>;
        await Promise.all([question.run(sources), question.run(sources)]);
        expect(twice.sent.map(({ url }) => url.href)).toEqual(once.harness.sent.map(({ url }) => url.href));
      });

      describe.each(question.calls)('when $endpoint fails', ({ endpoint, errorCodes }) => {
        test.each(Object.keys(ENDPOINT_FAULTS) as EndpointFault[])('%s', async (fault) => {
          const { harness, answer } = runWith((request) => {
            expect(request.url.host).not.toBe(new URL(REDIRECT_TARGET).host);
            const good = question.respond(request);
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

        test('with a time to wait, the time is handed on', async () => {
          const { answer } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 429, headers: { 'Retry-After': '17' }, body: '{}' }
              : question.respond(request),
          );
          expect(await captureVendorError(answer)).toMatchObject({
            code: 'VENDOR_RATE_LIMITED',
            retryAfterSeconds: 17,
          });
        });

        test('and quotes the account’s secrets, they are not passed on', async () => {
          const { answer } = runWith((request) =>
            request.endpoint === endpoint
              ? { status: 400, body: JSON.stringify({ message: `Not good: ${secretTexts.join(', ')}` }) }
              : question.respond(request),
          );
          expectSafeToExpose(await captureVendorError(answer), secretTexts);
        });

        test('by never answering, whoever asked can leave', async () => {
          const controller = new AbortController();
          const reached = Promise.withResolvers<undefined>();
          const { answer } = runWith((request) => {
            if (request.endpoint !== endpoint) return question.respond(request);
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

function runQuestion(
  question: ConformanceCase,
  harness: VendorHarness,
  signal?: AbortSignal,
): Promise<SourcedResult<unknown>> {
  return question.run(harness.createDataSource(signal ? { signal } : {}) as Required<AccountDataSource>);
}

test('the suite’s own measures can fail', async () => {
  await expect(captureVendorError(Promise.resolve({ data: null, sources: [] }))).rejects.toThrow();
  expect(() => {
    expectNoSecret('the token is a/bcdefgh', ['a/bcdefgh']);
  }).toThrow();
  expect(() => {
    expectNoSecret('the token is a%2Fbcdefgh', ['a/bcdefgh']);
  }).toThrow();
});
