import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCsv } from './csv.ts';

/** The rows by their lines, each with the columns that have a value. */
function read(text: string, delimiter?: string) {
  const { records, fields, problems } = parseCsv(text, delimiter);
  return {
    rows: records.map(({ line, values }) => [
      line,
      Object.fromEntries(fields.map((field) => [field, values(field)[0]])),
    ]),
    problems,
  };
}

describe('parseCsv', () => {
  test.each([
    ['semicolons', 'a;b, c\n1;2\n', 'b, c'],
    ['commas, of which names in quotation marks have more', '"a;;;",b\n1,2\n', 'b'],
    ['tabs', 'a\tb\n1\t2\n', 'b'],
    ['vertical bars', 'a|b\n1|2\n', 'b'],
  ])('detects %s as the delimiter', (_, text, column) => {
    expect(parseCsv(text).records[0]?.values(column)).toEqual(['2']);
  });

  test('takes the delimiter of the configuration, or of Excel’s first line, instead', () => {
    expect(read('a,b:c\n1,2:3\n', ':')).toEqual({ rows: [[2, { 'a,b': '1,2', c: '3' }]], problems: [] });
    expect(read('sep=|\na;b|c\n1;2|3\n')).toEqual({ rows: [[3, { 'a;b': '1;2', c: '3' }]], problems: [] });
  });

  test('keeps texts as they are, but for blanks around them', () => {
    const text = 'id,name\n007,"Doe, ""JJ"" \nJane"\n  1e3 ,\u00A0x\n';
    expect(read(text).rows).toEqual([
      [2, { id: '007', name: 'Doe, "JJ" \nJane' }],
      [4, { id: '1e3', name: 'x' }],
    ]);
  });

  test('leaves out rows without a value, and a repeated header', () => {
    expect(read('\n\na,b\n1,2\n\n , \na,b\n3,4\n,,\n')).toEqual({
      rows: [
        [4, { a: '1', b: '2' }],
        [8, { a: '3', b: '4' }],
      ],
      problems: [],
    });
  });

  test('reports rows that are shorter or longer than the header, unless only empty values are too many', () => {
    expect(read('a,b\n"1\n",2\n3\n4,5,6\n7,8,,\n')).toEqual({
      rows: [
        [2, { a: '1', b: '2' }],
        [6, { a: '7', b: '8' }],
      ],
      problems: [
        { line: 4, message: 'must have 2 values, like the header, not 1' },
        { line: 5, message: 'must have 2 values, like the header, not 3' },
      ],
    });
  });

  test.each([
    [
      'that is not closed, with its line',
      'a,b\n1,"x\ny"\n2,"CANARY\n\n\n',
      4,
      'a quotation mark opens a value and none closes it',
    ],
    [
      'that text follows',
      'a,b\n"1\n",2\n3,"x"CANARY\n',
      4,
      'text follows a closing quotation mark; one inside a value is written twice',
    ],
    ['inside a value', 'sep=,\na,b\n1,CANARY"y\n', 3, 'a quotation mark stands inside a value without quotation marks'],
  ])('reports a quotation mark %s', (_, text, line, message) => {
    expect(read(text)).toEqual({
      rows: [],
      problems: [{ line, message: `${message}; the rest of the file is not read` }],
    });
  });

  test('reports a file without a header', () => {
    for (const text of ['', '\n\n', ' ;\n']) {
      expect(read(text).problems).toEqual([{ line: 1, message: 'is empty; the first line must name the columns' }]);
    }
  });

  test('lists columns with the same name', () => {
    const { ambiguousFields, fields, hasField } = parseCsv('a,b,a,,\n1,2,3\n');
    expect(ambiguousFields).toEqual(new Set(['a', '']));
    expect(fields).toEqual(['a', 'b', 'a']);
    expect([hasField('b'), hasField('c')]).toEqual([true, false]);
  });

  test('reads what RFC 4180 writes, each row with its line', () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', ' ', '0') })
      .map((text) => text.trim());
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 });
    const write = (text: string, always: boolean) =>
      always || /["\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    fc.assert(
      fc.property(rows, fc.boolean(), (cells, always) => {
        const kept = cells.filter((row) => row.join('') !== '');
        let line = 2;
        const lines = kept.map((row) => {
          const start = line;
          line += row.join('').split('\n').length;
          return start;
        });
        const text = ['x,y,z', ...kept.map((row) => row.map((value) => write(value, always)).join(','))].join('\n');
        const { records, problems } = parseCsv(text, ',');
        expect(problems).toEqual([]);
        expect(records.map((record) => ['x', 'y', 'z'].map((field) => record.values(field)[0] ?? ''))).toEqual(kept);
        expect(records.map((record) => record.line)).toEqual(lines);
      }),
    );
  });
});
