import { once } from '../../domain/once.ts';
import { scanJson } from './json-scanner.ts';
import type { LineProblem, RecordSource, SourceRecord } from './record-source.ts';
import { createScimReader, isObject, type JsonObject } from './scim-path.ts';

/** The resources of the file, or of one of its lines. */
interface ResourceList {
  readonly resources: readonly unknown[];
  /** The line of the resource at an index. */
  readonly lineOf: (index: number) => number;
  /** How many the server has, as far as it says so. */
  readonly totalResults: number;
}

/**
 * Reads users of SCIM (RFC 7643 and 7644): a ListResponse, a list of users, or one of either on each line. Users that are not
 * active, and resources of other types, are left out.
 */
export function parseScim(text: string): RecordSource {
  const { lists, problems } = readLists(text);
  const resources = lists.flatMap((list) => list.resources.map((resource, index) => ({ resource, list, index })));
  const readerOf = createReaderCache();
  const users: JsonObject[] = [];
  const records: SourceRecord[] = [];
  for (const { resource, list, index } of resources) {
    if (!isObject(resource)) {
      problems.push({ line: list.lineOf(index), message: 'must be a user (a JSON object)' });
    } else if (isActiveUser(resource)) {
      users.push(resource);
      records.push(createRecord(resource, () => list.lineOf(index), readerOf));
    }
  }
  const total = Math.max(0, ...lists.map(({ totalResults }) => totalResults));
  if (total > resources.length) {
    const message = `has ${resources.length} of ${total} results; the file must have those of all pages`;
    problems.push({ line: 1, message });
  }
  return {
    records,
    problems,
    fields: listPaths(users.slice(0, MAX_LISTED_USERS)),
    hasField: (path) => records.some(({ values }) => values(path).length > 0),
  };
}

type ReaderCache = (path: string) => ReturnType<typeof createScimReader>;

/** Paths are few, users many. */
function createReaderCache(): ReaderCache {
  const readers = new Map<string, ReturnType<typeof createScimReader>>();
  return (path) => {
    const reader = readers.get(path) ?? createScimReader(path);
    readers.set(path, reader);
    return reader;
  };
}

/** The line is found when a message needs it. */
function createRecord(resource: JsonObject, findLine: () => number, readerOf: ReaderCache): SourceRecord {
  return {
    get line() {
      return findLine();
    },
    values: (path) => readerOf(path)(resource),
  };
}

function readLists(text: string): { readonly lists: readonly ResourceList[]; readonly problems: LineProblem[] } {
  const whole = parseJson(text);
  if (whole) {
    const { depth, ...list } = toList(whole.value);
    const lines = once(() => findLines(text, scanJson(text).objectOffsets[depth] ?? []));
    const lineOf = (index: number) => (lines().length === list.resources.length ? (lines()[index] ?? 1) : 1);
    return { lists: [{ ...list, lineOf }], problems: [] };
  }
  const lines = text.split('\n');
  const [firstLine = '', ...otherLines] = lines.filter((line) => line.trim() !== '');
  if (otherLines.length === 0 || !parseJson(firstLine)) return { lists: [], problems: [describeSyntaxError(text)] };
  const lists: ResourceList[] = [];
  const problems: LineProblem[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parsed = parseJson(line);
    if (parsed) lists.push({ ...toList(parsed.value), lineOf: () => index + 1 });
    else problems.push({ ...SYNTAX_PROBLEM, line: index + 1 });
  }
  return { lists, problems };
}

/** Null for what is not JSON. The parser's message is not used: it quotes the text. */
function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

const SYNTAX_PROBLEM: LineProblem = { line: 1, message: 'is not valid JSON' };

function describeSyntaxError(text: string): LineProblem {
  const [line = 1] = findLines(text, [scanJson(text).errorOffset ?? 0]);
  return { ...SYNTAX_PROBLEM, line };
}

/** The lines of ascending offsets, in one pass: each of thousands of users may have a problem. */
function findLines(text: string, offsets: readonly number[]): readonly number[] {
  let [line, lineFeed] = [1, text.indexOf('\n')];
  return offsets.map((offset) => {
    while (lineFeed !== -1 && lineFeed < offset) {
      line += 1;
      lineFeed = text.indexOf('\n', lineFeed + 1);
    }
    return line;
  });
}

/** The depth is that of the resources: how many objects and lists are around them. */
function toList(value: unknown): Omit<ResourceList, 'lineOf'> & { readonly depth: number } {
  if (Array.isArray(value)) return { resources: value as readonly unknown[], totalResults: 0, depth: 1 };
  if (!isObject(value)) return { resources: [value], totalResults: 0, depth: 0 };
  const { Resources, totalResults } = value;
  const isListResponse = Array.isArray(Resources) || typeof totalResults === 'number';
  if (!isListResponse) return { resources: [value], totalResults: 0, depth: 0 };
  return {
    resources: Array.isArray(Resources) ? (Resources as readonly unknown[]) : [],
    totalResults: typeof totalResults === 'number' ? totalResults : 0,
    depth: 2,
  };
}

const readActive = createScimReader('active');
const readResourceType = createScimReader('meta.resourceType');

function isActiveUser(resource: JsonObject): boolean {
  const [active = 'true'] = readActive(resource);
  const [resourceType = 'User'] = readResourceType(resource);
  return active.toLowerCase() !== 'false' && resourceType === 'User';
}

/** So many show which attributes users have. */
const MAX_LISTED_USERS = 100;

/** The paths of the users' attributes, for suggestions. */
function listPaths(users: readonly JsonObject[]): readonly string[] {
  const paths = users.flatMap((user) =>
    Object.entries(user).flatMap(([key, value]) => {
      const separator = key.includes(':') ? ':' : '.';
      return isObject(value) ? Object.keys(value).map((subKey) => `${key}${separator}${subKey}`) : [key];
    }),
  );
  return [...new Set(paths)];
}
