import { z } from 'zod';
import { accountBase, type AccountConfig } from './account.ts';
import { type ConfigPath, type Fault, pathText } from './problem.ts';
import { settings } from './settings.ts';
import type { VendorForm } from './vendor-form.ts';
import { wording } from './wording.ts';

const settingsForm = z.strictObject({ ...settings, accounts: z.array(z.unknown()).default([]) });

/** The whole configuration. An account may hold more than the common keys: what its own vendor's form says. */
export type Config = Omit<z.infer<typeof settingsForm>, 'accounts'> & { readonly accounts: readonly AccountConfig[] };

export interface Checked {
  /** Absent where there are faults. */
  readonly config?: Config;
  readonly faults: readonly Fault[];
}

/**
 * Checks every part by its form. What the environment filled in is text; where a form wants a number or a yes or no
 * instead, it is read as one.
 */
export function checkForms(raw: unknown, filled: ReadonlySet<string>, vendors: readonly VendorForm[]): Checked {
  const first = parse(raw, vendors);
  const retyped = first.issues.filter((issue) => filled.has(pathText(issue.path)) && retype(raw, issue));
  const { settings, accounts, issues } = retyped.length > 0 ? parse(raw, vendors) : first;
  if (issues.length > 0 || !settings) return { faults: issues };
  return { config: { ...settings, accounts }, faults: [] };
}

interface Issue extends Fault {
  readonly wanted?: string;
}

function parse(raw: unknown, vendors: readonly VendorForm[]) {
  const result = settingsForm.safeParse(raw, { error: wording });
  const entries = valueAt(raw, ['accounts']);
  const accounts = (Array.isArray(entries) ? entries : []).map((entry: unknown, index) => {
    const form = formOf(entry, vendors).safeParse(entry, { error: wording });
    return { account: form.data, issues: form.success ? [] : issuesOf(form.error, ['accounts', index]) };
  });
  return {
    settings: result.data,
    accounts: accounts.flatMap(({ account }) => account ?? []),
    issues: [...(result.success ? [] : issuesOf(result.error, [])), ...accounts.flatMap(({ issues }) => issues)],
  };
}

/** The form of the entry's vendor; without a known one, a form that says which there are and knows only the common keys. */
function formOf(entry: unknown, vendors: readonly VendorForm[]): z.ZodType<AccountConfig | undefined> {
  const key = valueAt(entry, ['vendor']);
  const form = vendors.find((vendor) => vendor.key === key)?.config;
  if (form) return form;
  const vendor = z.enum(vendors.map((vendor) => vendor.key));
  return z.object({ ...accountBase.shape, vendor }).transform(() => undefined);
}

function issuesOf(error: z.ZodError, base: ConfigPath): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: issue.message }));
    }
    // The only choices are between numbers (or between words, which no digits are).
    const wanted =
      issue.code === 'invalid_type' ? issue.expected : issue.code === 'invalid_union' ? 'number' : undefined;
    return [{ path, message: issue.message, ...(wanted && { wanted }) }];
  });
}

/** Reads the text at the issue's path as what is wanted there; false where it is nothing of the kind. */
function retype(raw: unknown, { path, wanted }: Issue): boolean {
  const container = valueAt(raw, path.slice(0, -1));
  const [text, key] = [valueAt(raw, path), path.at(-1)];
  if (typeof container !== 'object' || container === null || typeof text !== 'string' || key === undefined)
    return false;
  if (wanted === 'boolean' && /^(true|false)$/.test(text)) return Reflect.set(container, key, text === 'true');
  if ((wanted === 'number' || wanted === 'int') && /^-?\d+(\.\d+)?$/.test(text)) {
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
