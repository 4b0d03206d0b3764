import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseLdif } from './ldif.ts';

function read(text: string, fields: readonly string[]) {
  const { records, problems } = parseLdif(text);
  return { entries: records.map(({ line, values }) => [line, ...fields.map((field) => values(field))]), problems };
}

describe('parseLdif', () => {
  test('reads entries with their lines, without comments, the version and blank lines', () => {
    const text =
      'version: 1\n# a comment\n  that is folded\n\n\ndn: uid=a\nuid: a\nMail:a@x.org\nmail:  b@x.org \n# between\n\n\ndn:: dWlkPWI=\nuid: b';
    expect(read(text, ['UID', 'mail'])).toEqual({
      entries: [
        [6, ['a'], ['a@x.org', 'b@x.org']],
        [13, ['b'], []],
      ],
      problems: [],
    });
  });

  test('reads a version that no empty line follows', () => {
    expect(read('version: 1\ndn: uid=a\nuid: a\n', ['uid']).entries).toEqual([[2, ['a']]]);
  });

  test('leaves out values in other files, and those that are no text', () => {
    const text = 'dn: uid=a\nphoto:< file:///etc/passwd\nphoto:: /9j/4AA=\nphoto: x\nempty:\n';
    expect(read(text, ['photo', 'empty']).entries).toEqual([[1, ['x'], []]]);
  });

  test('keeps the options of attributes', () => {
    expect(read('dn: uid=a\ncn: A\ncn;lang-ja:: 44GC\n', ['cn', 'cn;lang-ja']).entries).toEqual([[1, ['A'], ['あ']]]);
  });

  test('accepts entries to be added, and reports other changes', () => {
    const text = 'dn: uid=a\nchangetype: add\nuid: a\n\ndn: uid=b\nchangetype: modify\nreplace: mail\nmail: x\n-\n';
    expect(read(text, ['uid'])).toEqual({
      entries: [[1, ['a']]],
      problems: [{ line: 6, field: 'changetype', message: 'is a change, not an entry; export the entries themselves' }],
    });
  });

  test('leaves out what ldapsearch writes for itself', () => {
    const text = 'dn: uid=a\nuid: a\n\nref: ldap://x\n\nsearch: 2\nresult: 0 Success\n';
    expect(read(text, ['uid'])).toEqual({ entries: [[1, ['a']]], problems: [] });
  });

  test.each([
    ['an entry without a dn', 'uid: CANARY\n', 1, 'must begin with dn: (an empty line separates entries)'],
    ['a line that is no attribute', 'dn: a\nCANARY\n', 2, expect.stringMatching(/^must be an attribute and its value/)],
    ['a value that is not base64', 'dn: a\n\ndn: b\nuid:: CANARY!\n', 4, 'must be base64 after uid::'],
    ['base64 without its end', 'dn: b\nuid:: QQ\n', 2, 'must be base64 after uid::'],
  ])('reports %s, without quoting it', (_, text, line, message) => {
    expect(parseLdif(text).problems).toEqual([{ line, message }]);
    expect(JSON.stringify(parseLdif(text).problems)).not.toContain('CANARY');
  });

  test('lists the attributes that entries have, in their first spelling', () => {
    const { fields, hasField } = parseLdif('dn: a\nMail: x\n\ndn: b\nmail: y\nuid: b\n');
    expect(fields).toEqual(['dn', 'Mail', 'uid']);
    expect([hasField('MAIL'), hasField('cn')]).toEqual([true, false]);
  });

  test('reads what RFC 2849 writes: folded at any width, in base64 or as it is', () => {
    const value = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((text) => text.trim())
      .filter((text) => text !== '');
    const entry = fc.array(fc.tuple(fc.constantFrom('uid', 'cn', 'mail'), value), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 5 }),
        fc.integer({ min: 2, max: 80 }),
        fc.boolean(),
        (entries, width, always) => {
          const text = entries
            .map((attributes) => ['dn: x', ...attributes.map(([name, content]) => write(name, content, always))])
            .map((lines) => lines.map((line) => fold(line, width)).join('\n'))
            .join('\n\n');
          const { records, problems } = parseLdif(text);
          expect(problems).toEqual([]);
          for (const [index, attributes] of entries.entries()) {
            for (const field of ['uid', 'cn', 'mail']) {
              const expected = attributes.filter(([name]) => name === field).map(([, content]) => content);
              expect(records[index]?.values(field)).toEqual(expected);
            }
          }
        },
      ),
    );
  });
});

function write(name: string, value: string, inBase64: boolean): string {
  const isSafe = /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*$/.test(value);
  return isSafe && !inBase64 ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`;
}

function fold(line: string, width: number): string {
  const parts = [line.slice(0, width)];
  for (let start = width; start < line.length; start += width - 1) parts.push(line.slice(start, start + width - 1));
  return parts.join('\n ');
}
