import { describe, expect, test } from '@jest/globals';
import { findBannedTurns } from './banned-turns.ts';

function turnsIn(text: string) {
  return findBannedTurns(text).map((turn) => turn.text);
}

describe('findBannedTurns', () => {
  test.each([
    ['An account is told its problems.', 'is told'],
    ['Tokens are told apart by `azp`.', 'are told'],
    ['It ends of its own accord.', 'of its own accord'],
    ['wherever an agent is come by', 'come by'],
    ['Redis is asked in vain.', 'in vain'],
    ['what is missing, be it a page or a file', 'be it'],
    ['Whoever waits is answered.', 'Whoever'],
    ['Nobody waits.', 'Nobody'],
    ['released for want of callers', 'for want of'],
  ])('reports, in "%s": %s', (text, turn) => {
    expect(turnsIn(text)).toEqual([turn]);
  });

  test('reports a turn that a line break in a comment divides, with the line it begins in', () => {
    const text = 'const a = 1;\n  // It ends of its own\n  // accord.\n/**\n * Nothing is\n * told.\n */\n';
    expect(findBannedTurns(text)).toEqual([
      { line: 2, text: 'of its own accord', instead: 'automatically' },
      { line: 5, text: 'is told', instead: expect.any(String) },
    ]);
  });

  test('reports every occurrence', () => {
    expect(turnsIn('told and told')).toEqual(['told', 'told']);
  });

  test.each(['becomes by far', 'untold', 'maybe it is', 'vainly', 'The caller receives the reason.'])(
    'accepts "%s"',
    (text) => {
      expect(turnsIn(text)).toEqual([]);
    },
  );
});
