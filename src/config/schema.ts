import { z } from 'zod';
import { accountBaseSchema, type AccountConfig } from './account.ts';
import { type ConfigIssue, type ConfigPath, formatPath } from './config-error.ts';
import type { EnvironmentProxy } from './proxy.ts';
import { settingsShape } from './settings.ts';
import type { TracesConfig } from './traces.ts';
import type { TrustedDocumentsConfig } from './trusted-documents.ts';
import type { VendorDescriptor } from './vendor-descriptor.ts';
import type { WarmEntry } from './warm.ts';
import { zodErrorMap } from './zod-messages.ts';

const settingsSchema = z.strictObject({ ...settingsShape, accounts: z.array(z.unknown()).default([]) });

/** The configuration of a file. An account also has the keys of its vendor's schema. */
export type FileConfig = Omit<z.infer<typeof settingsSchema>, 'accounts'> & {
  readonly accounts: readonly AccountConfig[];
};

/** The complete configuration: of the file, the manifests that it names, and the environment. */
export type Config = Omit<FileConfig, 'trustedDocuments' | 'telemetry' | 'warm'> & {
  readonly proxy: EnvironmentProxy;
  readonly trustedDocuments?: TrustedDocumentsConfig | undefined;
  readonly warm: readonly WarmEntry[];
  /** Absent: nothing is traced. */
  readonly traces?: TracesConfig | undefined;
};

export interface ConfigParseResult {
  /** Absent where there are issues. */
  readonly config?: FileConfig;
  readonly issues: readonly ConfigIssue[];
}

/**
 * Parses every part by its schema. Values from the environment are text; where a schema requires a number or a boolean, such a
 * value is converted.
 */
export function parseConfig(
  raw: unknown,
  interpolatedPaths: ReadonlySet<string>,
  vendors: readonly VendorDescriptor[],
): ConfigParseResult {
  const firstPass = parse(raw, vendors);
  const coerced = firstPass.issues.filter(
    (issue) => interpolatedPaths.has(formatPath(issue.path)) && coerce(raw, issue),
  );
  const { settings, accounts, issues } = coerced.length > 0 ? parse(raw, vendors) : firstPass;
  if (issues.length > 0 || !settings) return { issues };
  return { config: { ...settings, accounts }, issues: [] };
}

interface SchemaIssue extends ConfigIssue {
  readonly expectedType?: string;
}

/** A configuration is parsed once: generating code for it takes longer than that, and cannot be kept for the next start. */
const PARSE_OPTIONS = { error: zodErrorMap, jitless: true } as const;

function parse(raw: unknown, vendors: readonly VendorDescriptor[]) {
  const result = settingsSchema.safeParse(raw, PARSE_OPTIONS);
  const entries = valueAt(raw, ['accounts']);
  const accounts = (Array.isArray(entries) ? entries : []).map((entry: unknown, index) => {
    const parsed = findAccountSchema(entry, vendors).safeParse(entry, PARSE_OPTIONS);
    return { account: parsed.data, issues: parsed.success ? [] : toSchemaIssues(parsed.error, ['accounts', index]) };
  });
  return {
    settings: result.data,
    accounts: accounts.flatMap(({ account }) => account ?? []),
    issues: [...(result.success ? [] : toSchemaIssues(result.error, [])), ...accounts.flatMap(({ issues }) => issues)],
  };
}

/** Returns the schema of the entry's vendor; for an unknown vendor, one that lists the vendors and has only the common keys. */
function findAccountSchema(entry: unknown, vendors: readonly VendorDescriptor[]): z.ZodType<AccountConfig | undefined> {
  const key = valueAt(entry, ['vendor']);
  const descriptor = vendors.find((candidate) => candidate.key === key);
  if (descriptor) return descriptor.config;
  const vendor = z.enum(vendors.map((candidate) => candidate.key));
  return z.object({ ...accountBaseSchema.shape, vendor }).transform(() => undefined);
}

function toSchemaIssues(error: z.ZodError, base: ConfigPath): SchemaIssue[] {
  return error.issues.flatMap((issue): SchemaIssue[] => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      // The message has a line for each key.
      const messages = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? '' }));
    }
    // Unions are between numbers, or between words, which digits never match.
    const expectedType =
      issue.code === 'invalid_type' ? issue.expected : issue.code === 'invalid_union' ? 'number' : undefined;
    return [{ path, message: issue.message, ...(expectedType && { expectedType }) }];
  });
}

/** Converts the text at the issue's path to the expected type; false where that is impossible. */
function coerce(raw: unknown, { path, expectedType }: SchemaIssue): boolean {
  const container = valueAt(raw, path.slice(0, -1));
  const [text, key] = [valueAt(raw, path), path.at(-1)];
  if (typeof container !== 'object' || container === null || typeof text !== 'string' || key === undefined)
    return false;
  if (expectedType === 'boolean' && /^(true|false)$/.test(text)) return Reflect.set(container, key, text === 'true');
  if ((expectedType === 'number' || expectedType === 'int') && /^-?\d+(\.\d+)?$/.test(text)) {
    return Reflect.set(container, key, Number(text));
  }
  return false;
}

function valueAt(raw: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (Reflect.get(value, step) as unknown) : undefined),
    raw,
  );
}
