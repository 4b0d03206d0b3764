import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { ConfigPath } from './config-error.ts';

/** A position in a file; both from 1. */
export interface SourceLocation {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  readonly document: Document;
  /** The parser's errors, in messages that quote nothing of the file, since it contains secrets. */
  readonly issues: readonly { readonly message: string; readonly location: SourceLocation }[];
  /** Returns the plain value, `{}` for an empty file; undefined where an alias cannot be resolved. */
  readonly toPlainValue: () => unknown;
  /** Returns the position of the value, or of the innermost existing value around it. */
  readonly locate: (path: ConfigPath) => SourceLocation;
}

export function parseYaml(text: string): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lineCounter,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: 'error',
  });
  const locationAt = (offset: number): SourceLocation => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return {
    document,
    issues: withoutRepetitions(
      [...document.errors, ...document.warnings].map((error) => ({
        message: YAML_MESSAGES[error.code] ?? 'invalid YAML',
        location: locationAt(error.pos[0]),
      })),
    ),
    toPlainValue: () => {
      try {
        return (document.toJS() as unknown) ?? {};
      } catch {
        return undefined;
      }
    },
    locate: (path) => locationAt(findOffset(document, path)),
  };
}

/** Of a problem that the parser reports for every collection around it, the first report. */
function withoutRepetitions(issues: YamlFile['issues']): YamlFile['issues'] {
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
}

const YAML_MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'a value beginning with * refers to an anchor; put it in quotes if it is plain text',
  BAD_DQ_ESCAPE: 'unknown escape sequence in double quotes; use single quotes for plain text',
  BAD_INDENT: 'a bracket is not closed, or the indentation is inconsistent',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon on this line; put the value in quotes',
  DUPLICATE_KEY: 'duplicate key in one mapping',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing',
  MULTIPLE_DOCS: 'the file must contain one document only',
  TAB_AS_INDENT: 'tabs are not allowed as indentation; use spaces',
  TAG_RESOLVE_FAILED: 'a value beginning with ! is a tag; put it in quotes if it is plain text',
  UNEXPECTED_TOKEN: 'unexpected token; is a quote, bracket or comma missing?',
};

function findOffset(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let target: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      [target, node] = [pair?.key, pair?.value];
    } else {
      node = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
      target = node;
    }
    if (!isNode(target)) break;
    offset = target.range?.[0] ?? offset;
  }
  return offset;
}
