import { expect, test } from '@jest/globals';
import { arrangeErrors } from './arrange-errors.ts';

test('sorts by file and line: the environment, the configuration, then each other file', () => {
  const errors = [
    { file: 'b.csv', path: '', message: '', line: 1 },
    { file: 'c.yaml', path: '', message: '', line: 9, column: 2 },
    { file: 'a.csv', path: '', message: '', line: 7 },
    { file: 'c.yaml', path: '', message: '', line: 9, column: 1 },
    { file: 'environment', path: 'PORT', message: '' },
    { file: 'a.csv', path: '', message: '', line: 3 },
  ];
  const places = arrangeErrors(errors, 'c.yaml').map(({ file, line, column }) => [file, line, column].join(' ').trim());
  expect(places).toEqual(['environment', 'c.yaml 9 1', 'c.yaml 9 2', 'b.csv 1', 'a.csv 3', 'a.csv 7']);
});

test('keeps all errors of the configuration, and 50 of another file', () => {
  const errorsOf = (file: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ file, path: 'x', message: 'wrong', line: index + 1, column: 1 }));
  expect(arrangeErrors(errorsOf('c.yaml', 60), 'c.yaml')).toHaveLength(60);
  expect(arrangeErrors(errorsOf('a.csv', 50), 'c.yaml')).toHaveLength(50);
  expect(arrangeErrors(errorsOf('a.csv', 52), 'c.yaml').slice(49)).toEqual([
    { file: 'a.csv', path: 'x', message: 'wrong', line: 50, column: 1 },
    { file: 'a.csv', path: '', message: 'and 2 more errors in this file, from this line on', line: 51, column: 1 },
  ]);
});
