import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { readSourceTree, type SourceFile } from './source-tree.ts';

/** A function counts with its signature and everything nested in it, from its first line to its last. */
const MAX_FUNCTION_LINES = 40;

/** Folders that keep to the limit. The list only grows. */
const FOLDERS = ['src/cache'];

interface MeasuredFunction {
  readonly name: string;
  readonly lines: number;
}

function measureFunctions({ path, text }: SourceFile): readonly MeasuredFunction[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const measured: MeasuredFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const startLine = lineAt(node.getStart(file));
      const name = `${path}:${startLine + 1} ${node.name?.getText(file) ?? '(anonymous)'}`;
      measured.push({ name, lines: lineAt(node.end) - startLine + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return measured;
}

test.each(FOLDERS)(`keeps every function of %s within ${MAX_FUNCTION_LINES} lines`, (folder) => {
  const files = readSourceTree().sources.filter(({ path }) => path.startsWith(`${folder}/`));
  const measured = files.flatMap(measureFunctions);
  expect(measured.length).toBeGreaterThan(10);
  const tooLong = measured.filter(({ lines }) => lines > MAX_FUNCTION_LINES);
  expect(tooLong.map(({ name, lines }) => `${name}: ${lines} lines`)).toEqual([]);
});

test('reports a function, method or arrow function that is one line too long', () => {
  const body = '\n'.repeat(MAX_FUNCTION_LINES - 1);
  const text = `function one() {${body}}\nconst two = () => {${body}\n};\nconst object = { three() {${body}\n} };\n`;
  const tooLong = measureFunctions({ path: 'src/example.ts', text }).filter(({ lines }) => lines > MAX_FUNCTION_LINES);
  expect(tooLong.map(({ lines }) => lines)).toEqual([MAX_FUNCTION_LINES + 1, MAX_FUNCTION_LINES + 1]);
});
