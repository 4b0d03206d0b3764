import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { LineProblem, RecordSource, SourceRecord } from './record-source.ts';

const DELIMITERS = [';', ',', '\t', '|'];

/** The line with which Excel names the delimiter. */
const DELIMITER_LINE_PATTERN = /^"?sep=(.)"?\n/;

/**
 * Reads CSV (RFC 4180) with a header, whose lines end in `\n`. Values are texts, so that zeros stay; rows without a value, and a
 * header that is repeated, are left out.
 */
export function parseCsv(text: string, delimiter?: string): RecordSource {
  const [delimiterLine = '', namedDelimiter] = DELIMITER_LINE_PATTERN.exec(text) ?? [];
  const body = text.slice(delimiterLine.length);
  const firstLine = delimiterLine === '' ? 1 : 2;
  const rows = readRows(body, delimiter ?? namedDelimiter ?? detectDelimiter(body), firstLine);
  if ('problem' in rows) return createSource([], [], [rows.problem]);
  const [header, ...others] = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (!header) return createSource([], [], [{ line: 1, message: 'is empty; the first line must name the columns' }]);
  const dataRows = others.filter(({ cells }) => cells.join('\n') !== header.cells.join('\n'));
  const lengthProblems = dataRows.map((row) => findLengthProblem(row, header));
  return createSource(
    header.cells,
    dataRows.filter((_, index) => lengthProblems[index] === null),
    lengthProblems.filter((problem) => problem !== null),
  );
}

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

function readRows(
  text: string,
  delimiter: string,
  firstLine: number,
): readonly CsvRow[] | { readonly problem: LineProblem } {
  const options = { delimiter, relax_column_count: true, record_delimiter: '\n' };
  try {
    let line = firstLine;
    return parse(text, options).map((record) => {
      const start = line;
      line += countLines(record);
      return { line: start, cells: record.map((cell) => cell.trim()) };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { code, lines = 1, records = 0 } = error as CsvError & CsvPosition;
    // The parser reports a quotation mark that is not closed where the file ends; the row that has it is where the others end.
    const isAtEnd = code === 'CSV_QUOTE_NOT_CLOSED';
    const rowsBefore = isAtEnd && records > 0 ? parse(text, { ...options, to: records }) : [];
    const line = isAtEnd ? 1 + rowsBefore.reduce((sum, record) => sum + countLines(record), 0) : lines;
    const message = `${ERROR_MESSAGES[code] ?? code}; the rest of the file is not read`;
    return { problem: { line: line + firstLine - 1, message } };
  }
}

/** What the parser adds to its errors: the line, and how many records it has read. */
interface CsvPosition {
  readonly lines?: number;
  readonly records?: number;
}

function countLines(record: readonly string[]): number {
  return record.reduce((count, cell) => count + countLineFeeds(cell), 1);
}

function countLineFeeds(cell: string): number {
  return cell.includes('\n') ? cell.split('\n').length - 1 : 0;
}

const ERROR_MESSAGES: Partial<Record<CsvError['code'], string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark opens a value and none closes it',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quotation mark; one inside a value is written twice',
  INVALID_OPENING_QUOTE: 'a quotation mark stands inside a value without quotation marks',
};

const HEADER_PATTERN = /^\n*((?:"[^"]*"|[^"\n])*)/;

/** Counts outside quotation marks, in the header. */
function detectDelimiter(text: string): string {
  const header = HEADER_PATTERN.exec(text)?.[1]?.replace(/"[^"]*"/g, '') ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** Cells beyond the header's may be there, empty: some exporters pad rows. */
function findLengthProblem({ line, cells }: CsvRow, header: CsvRow): LineProblem | null {
  const [length, expected] = [cells.length, header.cells.length];
  if (length === expected || (length > expected && cells.slice(expected).every((cell) => cell === ''))) return null;
  return { line, message: `must have ${expected} values, like the header, not ${length}` };
}

function createSource(
  header: readonly string[],
  rows: readonly CsvRow[],
  problems: readonly LineProblem[],
): RecordSource {
  const positions = new Map(header.map((column, index) => [column, index]));
  return {
    records: rows.map(({ line, cells }): SourceRecord => ({
      line,
      values: (field) => {
        const cell = cells[positions.get(field) ?? -1] ?? '';
        return cell === '' ? [] : [cell];
      },
    })),
    problems,
    fields: header.filter((column) => column !== ''),
    hasField: (field) => positions.has(field),
    ambiguousFields: new Set(header.filter((column, index) => header.indexOf(column) !== index)),
  };
}
