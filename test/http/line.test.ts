import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstComeFirstServed, takingTurns } from '../../src/http/line.ts';

const open = () => takingTurns<number>(() => takingTurns(firstComeFirstServed<number>));

test('whoever comes, goes or is taken: each is counted, and taken once, those of a query in the order in which they came', () => {
  const names = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const act = fc.oneof(
    { weight: 3, arbitrary: names.map((who) => ({ what: 'add', who }) as const) },
    { weight: 2, arbitrary: fc.constant({ what: 'take' } as const) },
    { weight: 1, arbitrary: fc.nat({ max: 20 }).map((which) => ({ what: 'remove', which }) as const) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const line = open();
      let waiting: { readonly one: number; readonly who: readonly [string, string] }[] = [];
      acts.forEach((now, one) => {
        if (now.what === 'add') {
          line.add(one, now.who);
          waiting.push({ one, who: now.who });
        } else if (now.what === 'remove') {
          const gone = waiting[now.which];
          line.remove(gone?.one ?? -1, gone?.who ?? ['a', '1']);
          waiting = waiting.filter((other) => other !== gone);
        } else {
          const taken = line.take();
          const its = waiting.find((other) => other.one === taken);
          expect(its === undefined).toBe(waiting.length === 0);
          // Among the calls of one query the first comes first.
          if (its) expect(waiting.find(({ who }) => String(who) === String(its.who))).toBe(its);
          waiting = waiting.filter((other) => other !== its);
        }
        expect(line.size()).toBe(waiting.length);
        for (const caller of ['a', 'b', 'c', 'd']) {
          expect(line.size([caller])).toBe(waiting.filter(({ who }) => who[0] === caller).length);
          expect(line.size([caller, '1'])).toBe(waiting.filter(({ who }) => String(who) === `${caller},1`).length);
        }
      });
    }),
    { numRuns: 300 },
  );
});

test('whoever comes anew has a turn before anybody has two', () => {
  const line = open();
  for (let i = 0; i < 10; i += 1) line.add(i, ['much', '1']);
  expect(line.take()).toBe(0);
  line.add(100, ['little', '1']);
  expect([line.take(), line.take(), line.take()]).toEqual([1, 100, 2]);
});

test('without names all stand in one line', () => {
  const line = open();
  line.add(1, []);
  line.add(2, []);
  line.add(3, []);
  line.remove(4, ['x']);
  line.remove(2, []);
  expect([line.size(), line.take(), line.take(), line.take()]).toEqual([2, 1, 3, undefined]);
});
