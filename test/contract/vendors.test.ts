import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import type { Answer } from '../../src/domain/source.ts';
import type { VendorRequest } from '../../src/http/call.ts';
import { Secret } from '../../src/config/secret.ts';
import { type Conformance, type ConformanceQuestion, FAULTS, type Fault } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { SandboxReply } from '../../src/vendors/sandbox.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { type Harness, connectTo } from '../support/vendor-harness.ts';
import { ELSEWHERE, expectFitToBeShown, expectNoSecret, failureOf, spoil } from './faults.ts';

/** What every vendor must do alike. A vendor is taken up by being registered; it describes itself in its conformance.ts. */

const folder = new URL('../../src/vendors/', import.meta.url);
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const described = await Promise.all(
  vendors.map(async (vendor) => {
    const module = (await import(`../../src/vendors/${vendor.key}/conformance.ts`)) as { conformance: Conformance };
    return { vendor, told: module.conformance };
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

describe.each(described)('$vendor.key', ({ vendor, told }) => {
  const secretTexts = told.secrets.map((key) => told.account[key] as string);

  describe('identity', () => {
    test('the name is the key in capitals', () => {
      expect(vendor.name).toBe(vendor.key.toUpperCase());
    });

    test.each(['README.md', 'index.ts', 'config.ts', 'wire.ts', 'map.ts', 'sandbox.ts'])('has its %s', (file) => {
      expect(existsSync(new URL(`${vendor.key}/${file}`, folder))).toBe(true);
    });
  });

  describe('configuration', () => {
    const problemsOf = (entry: unknown) => vendor.config.safeParse(entry).error?.issues ?? [];

    test('the example is valid', () => {
      expect(problemsOf(told.account)).toEqual([]);
    });

    test('an unknown key is refused', () => {
      expect(problemsOf({ ...told.account, colour: 'blue' })).toMatchObject([
        { code: 'unrecognized_keys', keys: ['colour'] },
      ]);
    });

    test.each(['name', 'vendor', 'baseUrl', ...told.required])('an entry without %s is refused', (missing) => {
      const { [missing]: _, ...entry } = told.account;
      expect(problemsOf(entry).map(({ path }) => path)).toEqual([[missing]]);
    });

    test('every other vendor’s entry is refused', () => {
      const others = described.filter((other) => other.vendor !== vendor);
      for (const other of others) expect(problemsOf(other.told.account)).not.toEqual([]);
    });

    test('a plain http address is refused, except on this machine', () => {
      expect(problemsOf({ ...told.account, baseUrl: 'http://vendor.example' })).not.toEqual([]);
      expect(problemsOf({ ...told.account, baseUrl: 'http://127.0.0.1:4001' })).toEqual([]);
    });

    test('secrets are kept as such, and never printed', () => {
      const config = vendor.config.parse(told.account) as unknown as Record<string, unknown>;
      for (const key of told.secrets) expect(config[key]).toBeInstanceOf(Secret);
      expectNoSecret(`${inspect(config, { depth: 9, showHidden: true })} ${JSON.stringify(config)}`, secretTexts);
    });
  });

  describe('references', () => {
    test.each(told.references.good)('%j can be one', (ref) => {
      expect(vendor.references.problem(ref)).toBeNull();
    });

    test.each(told.references.bad)('%j cannot be one, and a sentence says why', (ref) => {
      expect(vendor.references.problem(ref)).toMatch(/^(must|is) .{3,}/);
    });

    test('canonical forms stay as they are', () => {
      for (const ref of told.references.good) {
        const once = vendor.references.canonical(ref);
        expect(vendor.references.canonical(once)).toBe(once);
      }
    });

    test('those that mean the same agent have the same canonical form, others not', () => {
      for (const [one, other] of told.references.same ?? []) {
        expect(vendor.references.canonical(one)).toBe(vendor.references.canonical(other));
      }
      const distinct = new Set(told.references.good.map((ref) => vendor.references.canonical(ref)));
      expect(distinct.size).toBe(told.references.good.length);
    });

    test('those that are e-mail addresses are known as such', () => {
      const emails = told.references.emails ?? {};
      for (const [ref, email] of Object.entries(emails)) expect(vendor.references.email(ref)).toBe(email);
      for (const ref of told.references.good.filter((good) => !good.includes('@'))) {
        expect(vendor.references.email(ref)).toBeNull();
      }
    });
  });

  describe('fixtures', () => {
    const files = readdirSync(new URL(`${vendor.key}/fixtures/`, folder));

    test('every file has a reader, and every reader a file', () => {
      expect(files.length).toBeGreaterThan(0);
      expect(Object.keys(told.fixtures).sort()).toEqual(files.sort());
    });

    test.each(files)('%s is what the client expects', (file) => {
      const read = told.fixtures[file];
      expect(() => read?.(readFileSync(new URL(`${vendor.key}/fixtures/${file}`, folder)))).not.toThrow();
    });
  });

  test('every question that the sources answer is asked here', () => {
    const harness = connectTo(vendor, told.account, () => ({ status: 500 }), { now: told.now });
    const asked = told.questions.map((question) => question.capability);
    // `sessionOf` is no question: it tells of what an answer has brought.
    const { sessionOf: _, ...answerable } = harness.open();
    expect([...new Set(asked)].sort()).toEqual(Object.keys(answerable).sort());
  });

  describe.each(told.questions.map((question) => ({ question, title: question.title ?? '' })))(
    '$question.capability $title',
    ({ question }) => {
      const askWith = (
        answer: (request: VendorRequest) => SandboxReply | Promise<SandboxReply>,
        signal?: AbortSignal,
      ) => {
        const harness = connectTo(vendor, told.account, answer, { now: told.now });
        return { harness, answer: ask(question, harness, signal) };
      };

      test('is answered, OK, by the calls it is said to take', async () => {
        const { harness, answer } = askWith(question.answer);
        const { data, sources } = await answer;
        expect({ data }).toMatchObject({ data: question.contains });
        expect(sources.length).toBeGreaterThan(0);
        for (const report of sources) {
          expect(report).toMatchObject({ account: told.account.name, outcome: 'OK', error: null });
        }
        expect(new Set(harness.sent.map((request) => request.endpoint))).toEqual(
          new Set(question.calls.map((call) => call.endpoint)),
        );
      });

      test('calls nobody but the account’s own address, and carries no secret in a URL', async () => {
        const { harness, answer } = askWith(question.answer);
        await answer;
        const { host } = new URL(told.account.baseUrl as string);
        for (const { url } of harness.sent) {
          expect(url.host.split('.').slice(-2)).toEqual(host.split('.').slice(-2));
          expectNoSecret(url.search, secretTexts);
        }
      });

      test('asked twice within a query, calls no more than once', async () => {
        const once = askWith(question.answer);
        await once.answer;
        const twice = connectTo(vendor, told.account, question.answer, { now: told.now });
        const sources = twice.open() as Required<Sources>;
        await Promise.all([question.ask(sources), question.ask(sources)]);
        expect(twice.sent.map(({ url }) => url.href)).toEqual(once.harness.sent.map(({ url }) => url.href));
      });

      describe.each(question.calls)('when $endpoint fails', ({ endpoint, codes }) => {
        test.each(Object.keys(FAULTS) as Fault[])('%s', async (fault) => {
          const { harness, answer } = askWith((request) => {
            expect(request.url.host).not.toBe(new URL(ELSEWHERE).host);
            const good = question.answer(request);
            return request.endpoint === endpoint ? spoil(good, fault) : good;
          });
          const error = await failureOf(answer);
          expect(error).toMatchObject({
            code: codes?.[fault] ?? FAULTS[fault],
            endpoint,
            vendor: vendor.name,
            account: told.account.name,
          });
          expectFitToBeShown(error, secretTexts);
          expect(harness.sent.filter((request) => request.endpoint === endpoint).length).toBeGreaterThan(0);
        });

        test('with a time to wait, the time is handed on', async () => {
          const { answer } = askWith((request) =>
            request.endpoint === endpoint
              ? { status: 429, headers: { 'Retry-After': '17' }, body: '{}' }
              : question.answer(request),
          );
          expect(await failureOf(answer)).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterSeconds: 17 });
        });

        test('and quotes the account’s secrets, they are not passed on', async () => {
          const { answer } = askWith((request) =>
            request.endpoint === endpoint
              ? { status: 400, body: JSON.stringify({ message: `Not good: ${secretTexts.join(', ')}` }) }
              : question.answer(request),
          );
          expectFitToBeShown(await failureOf(answer), secretTexts);
        });

        test('by never answering, whoever asked can leave', async () => {
          const leave = new AbortController();
          const reached = Promise.withResolvers<undefined>();
          const { answer } = askWith((request) => {
            if (request.endpoint !== endpoint) return question.answer(request);
            reached.resolve(undefined);
            return new Promise(() => undefined);
          }, leave.signal);
          await reached.promise;
          leave.abort();
          expect(await failureOf(answer)).toMatchObject({ code: 'VENDOR_TIMEOUT' });
        });
      });
    },
  );
});

function ask(question: ConformanceQuestion, harness: Harness, signal?: AbortSignal): Promise<Answer<unknown>> {
  return question.ask(harness.open(signal ? { signal } : {}) as Required<Sources>);
}

test('the suite’s own measures can fail', async () => {
  await expect(failureOf(Promise.resolve({ data: null, sources: [] }))).rejects.toThrow();
  expect(() => {
    expectNoSecret('the token is a/bcdefgh', ['a/bcdefgh']);
  }).toThrow();
  expect(() => {
    expectNoSecret('the token is a%2Fbcdefgh', ['a/bcdefgh']);
  }).toThrow();
});
