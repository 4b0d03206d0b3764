/** The result of a benchmark. */
export interface Report {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  /** Explanations needed to interpret the figures. */
  readonly notes: readonly string[];
  readonly plots?: readonly Plot[];
}

/** Lines over a logarithmic x-axis. */
export interface Plot {
  /** Of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

export interface Table {
  readonly title: string;
  /** All with the same keys: the columns. */
  readonly rows: readonly Row[];
}

export type Row = Readonly<Record<string, string | number | null>>;

/** A target, and whether it was met. */
export interface Verdict {
  readonly target: string;
  readonly measured: string;
  /** Null: it was not measured, for example because a peer is not installed. */
  readonly met: boolean | null;
}

export function formatReport({ title, tables, verdicts, notes }: Report): string {
  const lines = [`\n━━ ${title}`];
  for (const table of tables) lines.push('', table.title, '', ...formatTable(table.rows));
  lines.push('');
  for (const { target, measured, met } of verdicts)
    lines.push(`  ${met === null ? '–' : met ? '✓' : '✗'} ${target}: ${measured}`);
  lines.push('', ...notes.map((note) => `  · ${note}`));
  return `${lines.join('\n')}\n`;
}

function formatTable(rows: readonly Row[]): readonly string[] {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column] ?? null)))];
  const widths = columns.map((_column, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'));
  const lines = cells.map((line) =>
    line.map((text, index) => text[isNumber[index] === true ? 'padStart' : 'padEnd'](widths[index] ?? 0)).join('  '),
  );
  return [lines[0] ?? '', widths.map((width) => '─'.repeat(width)).join('  '), ...lines.slice(1)].map(
    (line) => `  ${line.trimEnd()}`,
  );
}

function formatCell(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : value;
}
