import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runAtOnce } from './event-loop-yielder.ts';
import { CHARS_PER_STEP, CONTAINERS_PER_STEP, encodeInSteps, stringifyInSteps } from './json-in-steps.ts';

const json = fc.jsonValue({ maxDepth: 5, depthSize: 'large' });

test('returns the text of JSON.stringify, however short the steps are', () => {
  fc.assert(
    fc.property(json, fc.integer({ min: 1, max: 5 }), (value, containersPerStep) => {
      expect(runAtOnce(stringifyInSteps(value, { containersPerStep, end: '\n' }))).toBe(`${JSON.stringify(value)}\n`);
    }),
  );
});

test.each<[string, unknown]>([
  ['undefined in an object', { a: undefined, b: [[]], c: undefined }],
  ['undefined in a list', [undefined, [[]], undefined]],
  ['only undefined', { a: undefined, b: undefined }],
  ['what writes its own JSON', [new Date(0), { a: new Date(0), b: {} }]],
  [
    'numbers that JSON lacks, and texts with halves of a surrogate pair',
    { a: [{}, NaN, -0, Infinity, 1e21], '\ud800': ['\udc00', []] },
  ],
  ['functions and symbols', [() => 1, [], Symbol('a'), { a: () => 1, b: [[]], c: Symbol('c'), [Symbol('d')]: 1 }]],
  ['other objects, and lists with holes', [new Date(NaN), [], { a: new Map([[1, 1]]), b: /c/ }, Array(3), [[]]]],
  ['inherited members', Object.assign(Object.create({ inherited: [[]] }) as object, { own: [[]] })],
  ['objects without a prototype', Object.assign(Object.create(null) as object, { a: [{}], __proto__: 1 })],
])('returns the text of JSON.stringify for %s', (_name, value) => {
  for (const containersPerStep of [1, 2, 3]) {
    expect(runAtOnce(stringifyInSteps(value, { containersPerStep, end: '\n' }))).toBe(`${JSON.stringify(value)}\n`);
  }
});

test('does all of a usual response in one step, and 300,000 events in steps of some thousand objects', () => {
  const agents = (count: number, events: number) => ({
    data: {
      agents: {
        nodes: Array.from({ length: count }, () => ({
          sessions: {
            nodes: [{ events: Array.from({ length: events }, (_, at) => ({ at, status: 'AVAILABLE' })) }],
          },
        })),
      },
    },
  });
  expect([...stringifyInSteps(agents(50, 50))]).toHaveLength(0);
  for (const value of [agents(500, 600), agents(1, 300_000), agents(100_000, 3)]) {
    const steps = [...stringifyInSteps(value)];
    expect(steps.length).toBeGreaterThanOrEqual(300_000 / CONTAINERS_PER_STEP);
    expect(steps.length).toBeLessThan((3 * 700_000) / CONTAINERS_PER_STEP);
  }
});

test('encodes a text as Buffer.from does, however short the steps are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 5 }), (text, charsPerStep) => {
      expect(runAtOnce(encodeInSteps(text, charsPerStep))).toEqual(Buffer.from(text));
    }),
  );
});

test('encodes halves of a surrogate pair as Buffer.from does, wherever a step ends', () => {
  const units = fc.array(fc.constantFrom('a', '\ud83d', '\ude00'), { maxLength: 12 });
  fc.assert(
    fc.property(units, fc.integer({ min: 1, max: 5 }), (parts, charsPerStep) => {
      const text = parts.join('');
      expect(runAtOnce(encodeInSteps(text, charsPerStep))).toEqual(Buffer.from(text));
    }),
  );
});

test('encodes a short text in one step, and a long one in many', () => {
  expect([...encodeInSteps('a'.repeat(CHARS_PER_STEP))]).toHaveLength(0);
  expect([...encodeInSteps('a'.repeat(40 * CHARS_PER_STEP))]).toHaveLength(39 + 40);
});
