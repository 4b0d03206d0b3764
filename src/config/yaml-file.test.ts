import { describe, expect, test } from '@jest/globals';
import { errorLines, loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';

describe('invalid YAML', () => {
  test.each([
    ['server: {}\nserver: {}', ':2:1: duplicate key'],
    ['a: s3cret: x', 'a second colon on this line'],
    ['a: "s3cret', 'a closing quote, bracket, comma or colon is missing'],
    ['a: *s3cret', 'an alias (*) refers to no anchor'],
    ['a: !s3cret x', 'a value beginning with ! is a tag'],
    ['a: "\\s3cret"', 'unknown escape sequence'],
    ['a: @s3cret', 'a value cannot begin with this character'],
    ['\ta: s3cret', 'tabs are not allowed'],
    ['a: 1\n---\nb: s3cret', 'one document only'],
    ['- a\ns3cret: 1', 'unexpected token'],
    ['a: [{ b: s3cret\n', 'a bracket is not closed, or the indentation is inconsistent'],
  ])('reports the error of %j without quoting the file', (text, message) => {
    const lines = errorLines(text);
    expect(lines[0]).toContain(message);
    expect(lines.join()).not.toContain('s3cret');
  });

  test('reports a problem once that the parser reports at several levels', () => {
    expect(errorLines('accounts: [{ name: k\n')).toEqual([
      'test.yaml:2:1: a bracket is not closed, or the indentation is inconsistent',
    ]);
  });

  test.each(['server: {}\nserver: {}', 'server: *nowhere'])('still reports errors of the environment: %j', (text) => {
    expect(errorLines(text, { PORT: 'x' })).toEqual([
      'environment: PORT: must be a whole number from 0 to 65535: x',
      expect.stringMatching(/^test\.yaml/),
    ]);
  });

  test('accepts anchors, aliases and merge keys', () => {
    const text = `limits: { maxDepth: &n 5, maxAliases: *n }
accounts:
  - &one { ${MAIL_ACCOUNT} }
  - { <<: *one, name: second }`;
    expect(loadOrThrow(text)).toMatchObject({
      limits: { maxAliases: 5 },
      accounts: [{}, { name: 'second', vendor: 'mailish' }],
    });
  });
});
