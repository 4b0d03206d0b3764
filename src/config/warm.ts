import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { findUnknownTimes, RELATIVE_TIME_NAMES } from '../domain/relative-time.ts';
import { isTimeZone } from '../domain/time-zone.ts';
import { type ConfigIssue, formatPath } from './config-error.ts';
import { findCronProblem } from './cron.ts';
import { naming, withValue } from './named-value.ts';
import { describeReadProblem } from './read-problem.ts';
import type { SourceLocation } from './yaml-file.ts';

const cronSchema = z.string().superRefine((text, context) => {
  const problem = findCronProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: withValue(problem, text) });
});

const variablesSchema = z.record(z.string(), z.unknown()).superRefine((variables, context) => {
  for (const [name, value] of Object.entries(variables)) {
    for (const text of findUnknownTimes(value)) {
      const message = withValue(`begins with $ but is not ${RELATIVE_TIME_NAMES}`, text);
      context.addIssue({ code: 'custom', path: [name], message });
    }
  }
});

const warmEntrySchema = z.strictObject({
  cron: cronSchema,
  /** The zone of `cron`, and of relative days. */
  timeZone: z.string().refine(isTimeZone, naming('must be an IANA time zone such as Europe/Berlin')).default('UTC'),
  /** A file with a GraphQL query, whose relative path counts from the folder of the configuration; or the query itself. */
  document: z.string().min(1),
  variables: variablesSchema.default({}),
  /** Names of the accounts that are read; absent: all. */
  accounts: z.array(z.string()).optional(),
});

/** Queries that are run at certain times, so that the cache has what they read. */
export const warmSchema = z.array(warmEntrySchema).default([]);

/** What only the schema can check. */
export type WarmPart = 'document' | 'variables';

/** An entry with the text of its document. */
export interface WarmEntry extends Readonly<z.infer<typeof warmEntrySchema>> {
  readonly text: string;
  /** The file of the document; null where the configuration itself has it. */
  readonly file: string | null;
  /** Where the configuration has these parts; absent where it has none in a file. */
  readonly locations?: Readonly<Record<WarmPart, SourceLocation>>;
}

export interface LoadedWarmEntries {
  readonly warm: readonly WarmEntry[];
  readonly issues: readonly ConfigIssue[];
  /** The paths of the documents that are files. */
  readonly files: readonly string[];
}

const accountNamesSchema = z
  .object({ accounts: z.array(z.object({ name: z.string() })) })
  .transform(({ accounts }) => accounts.map(({ name }) => name))
  .catch([]);

function findUnknownAccounts(raw: unknown, entry: number, accounts: readonly string[]): readonly ConfigIssue[] {
  const known = accountNamesSchema.parse(raw);
  if (known.some((name) => name.includes('${'))) return [];
  return accounts.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            path: ['warm', entry, 'accounts', index],
            message: withValue('is not the name of a configured account', name),
          },
        ],
  );
}

/** Reads the documents of the entries that are valid, whatever else is wrong with the configuration. */
export function loadWarmEntries(raw: unknown, folder: string, unknownPaths: ReadonlySet<string>): LoadedWarmEntries {
  const { data } = z.object({ warm: warmSchema }).safeParse(raw);
  const warm: WarmEntry[] = [];
  const issues: ConfigIssue[] = [];
  const files: string[] = [];
  for (const [index, entry] of (data?.warm ?? []).entries()) {
    issues.push(...findUnknownAccounts(raw, index, entry.accounts ?? []));
    const path = ['warm', index, 'document'];
    if (unknownPaths.has(formatPath(path))) continue;
    if (entry.document.includes('{')) {
      warm.push({ ...entry, text: entry.document, file: null });
      continue;
    }
    files.push(resolve(folder, entry.document));
    try {
      const text = readFileSync(resolve(folder, entry.document), 'utf8');
      warm.push({ ...entry, text, file: entry.document });
    } catch (error) {
      const message = `is neither a query nor a file that can be read (${describeReadProblem(error)})`;
      issues.push({ path, message: withValue(message, entry.document) });
    }
  }
  return { warm, issues, files };
}
