import { coldWeek } from './cold-week/bench.ts';
import { ingest } from './ingest/bench.ts';
import type { BenchOptions } from './options.ts';
import type { Report } from './report.ts';

/** Target T6: one file, and all files of a week. */
export async function readingFiles(options: BenchOptions): Promise<Report> {
  const reports = [await ingest(options), await coldWeek(options)];
  return {
    title: 'T6: reading LivePerson’s files',
    tables: reports.flatMap(({ title, tables }) =>
      tables.map((table) => ({ ...table, title: `${title}. ${table.title}` })),
    ),
    verdicts: reports.flatMap(({ verdicts }) => verdicts),
    notes: reports.flatMap(({ notes }) => notes),
  };
}
