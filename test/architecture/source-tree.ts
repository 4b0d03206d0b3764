import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** A source file of the gateway; its path starts with `src/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files of `src/`, except generated ones and the packages that the builds of the pages install. */
export function readSourceTree(): { readonly sources: readonly SourceFile[]; readonly tests: readonly SourceFile[] } {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/^src\/(wallboard\/)?generated\/|\/node_modules\//.test(path))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
  const isTest = ({ path }: SourceFile) => path.endsWith('.test.ts');
  return { sources: files.filter((file) => !isTest(file)), tests: files.filter(isTest) };
}

/** A top-level declaration of a file. */
export interface Declaration {
  readonly path: string;
  readonly name: string;
  readonly isExported: boolean;
  readonly kind: 'type' | 'error class' | 'class' | 'schema' | 'value';
}

export function declarationsOf({ path, text }: SourceFile): readonly Declaration[] {
  return parse({ path, text }).statements.flatMap((statement): Declaration[] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);
    const declare = (name: ts.Node | undefined, kind: Declaration['kind']): Declaration[] =>
      name && ts.isIdentifier(name) ? [{ path, name: name.text, isExported, kind }] : [];
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      return declare(statement.name, 'type');
    if (ts.isClassDeclaration(statement))
      return declare(statement.name, extendsError(statement) ? 'error class' : 'class');
    if (ts.isFunctionDeclaration(statement)) return declare(statement.name, 'value');
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      declare(name, initializer && isZodSchema(initializer) ? 'schema' : 'value'),
    );
  });
}

/** Of every vendor, covered by the contract suite (test/contract). */
const CONTRACT_SUITE_PATH = /^src\/vendors\/(.+\/)?(index|conformance)\.ts$/;

/** What of the wallboard draws and lives in a document, covered in a browser (test/wallboard). */
const BROWSER_PATH = /^src\/wallboard\/(hooks\/|.+\.tsx$)/;

/** The sources with code to run that have neither `x.test.ts` nor `x.<topic>.test.ts` beside them. */
export function findUntested(sources: readonly SourceFile[], tests: readonly SourceFile[]): readonly string[] {
  const tested = new Set(tests.map(({ path }) => path.replace(/(\.[\w-]+)?\.test\.ts$/, '')));
  return sources
    .filter((file) => !tested.has(file.path.replace(/\.tsx?$/, '')) && hasRuntimeCode(file))
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('.d.ts') && !CONTRACT_SUITE_PATH.test(path) && !BROWSER_PATH.test(path));
}

/** Whether a file has anything to run: a file of types alone needs no test. */
function hasRuntimeCode(file: SourceFile): boolean {
  return parse(file).statements.some(
    (statement) =>
      !ts.isImportDeclaration(statement) &&
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !(ts.isExportDeclaration(statement) && statement.isTypeOnly),
  );
}

/** The names that every file may use without an import: those of the language and of Node. */
export function globalNames(): ReadonlySet<string> {
  const folder = dirname(ts.getDefaultLibFilePath({}));
  const libraryTypes = readdirSync(folder)
    .filter((name) => /^lib\.(es\w*|decorators)(\.\w+)*\.d\.ts$/.test(name))
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^(?:declare )?(?:type|interface|var) (\w+)/gm)].map(
        ([, declared = '']) => declared,
      ),
    );
  return new Set([...libraryTypes, ...Object.getOwnPropertyNames(globalThis)]);
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
}

function extendsError({ heritageClauses = ts.factory.createNodeArray() }: ts.ClassDeclaration): boolean {
  return heritageClauses.some(({ types }) =>
    types.some(({ expression }) => ts.isIdentifier(expression) && expression.text.endsWith('Error')),
  );
}

/** Whether an expression builds a Zod schema: a chain of calls on `z` or on another schema, but no parsing. */
function isZodSchema(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  if (/parse/i.test(expression.expression.name.text)) return false;
  let root: ts.Expression = expression;
  while (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = root.expression;
  return ts.isIdentifier(root) && (root.text === 'z' || root.text.endsWith('Schema'));
}
