import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstComeFirstServed, type Line, takingTurns } from '../../src/http/line.ts';

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

/** How often the lines of one caller's queries are looked into while so many come and are asked after, go or are taken. */
function looks(queries: number, leave: (line: Line<number>, one: number) => void): number {
  let looked = 0;
  const watched = (): Line<number> => {
    const line = firstComeFirstServed<number>();
    const look = <Given extends readonly unknown[], Told>(act: (...given: Given) => Told) => {
      return (...given: Given): Told => {
        looked += 1;
        return act(...given);
      };
    };
    return { size: look(line.size), add: look(line.add), remove: look(line.remove), take: look(line.take) };
  };
  const line = takingTurns<number>(() => takingTurns(watched));
  for (let one = 0; one < queries; one += 1) {
    expect(line.size(['a'])).toBe(one);
    line.add(one, ['a', `${one}`]);
  }
  for (let one = 0; one < queries; one += 1) leave(line, one);
  expect(line.size()).toBe(0);
  return looked;
}

test.each<[string, (line: Line<number>, one: number) => void]>([
  [
    'are taken',
    (line, one) => {
      expect(line.take()).toBe(one);
    },
  ],
  [
    'give up',
    (line, one) => {
      line.remove(one, ['a', `${one}`]);
    },
  ],
])('who waits costs the same however many queries of a caller wait, who then %s', (_name, leave) => {
  const few = looks(10, leave);
  expect(looks(1000, leave)).toBe(100 * few);
});

test('who comes twice stands once, and again behind the others after having left', () => {
  const line = open();
  for (const one of [1, 2, 1]) line.add(one, ['a', '1']);
  expect([line.size(), line.size(['a']), line.take()]).toEqual([2, 2, 1]);
  line.add(1, ['a', '1']);
  line.remove(2, ['a', '1']);
  line.remove(2, ['a', '1']);
  line.add(2, ['a', '1']);
  expect([line.size(), line.take(), line.take(), line.take(), line.size()]).toEqual([2, 1, 2, undefined, 0]);
});
