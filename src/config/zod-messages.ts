import { z } from 'zod';
import { findClosestName } from './closest-name.ts';
import { withValue } from './named-value.ts';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/**
 * Describes a schema violation to the operator who edits the file. Names the value where the setting is a number, a choice or an
 * address; a text may be a secret.
 */
export const zodErrorMap: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      if (issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)) {
        return 'must be text; put it in quotes';
      }
      return describeType(issue.expected, issue.input);
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : withValue(formatChoices(issue.values), issue.input);
    case 'invalid_union':
      return withValue(
        formatChoices(issue.errors.flat().flatMap((branch) => (branch.code === 'invalid_value' ? branch.values : []))),
        issue.input,
      );
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
      return withValue(`must be at least ${issue.minimum}`, issue.input);
    case 'too_big':
      if (issue.origin === 'string') return `must not be longer than ${issue.maximum} characters`;
      return withValue(`must be at most ${issue.maximum}`, issue.input);
    case 'invalid_format':
      return issue.format === 'email'
        ? withValue('must be a valid e-mail address', issue.input)
        : `must be a valid ${issue.format}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => formatUnknownKey(key, issue.inst)).join('\n');
    default:
      return undefined;
  }
};

function describeType(expected: string, input: unknown): string {
  const message = `must be ${TYPE_NAMES[expected] ?? expected}`;
  return ['number', 'int', 'boolean'].includes(expected) ? withValue(message, input) : message;
}

function formatChoices(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 1
    ? `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
    : `must be ${words.join()}`;
}

/** The message of one unknown key of an object, with the known key that is spelled most like it. */
function formatUnknownKey(key: string, schema: unknown): string {
  if (key.includes(':')) return 'is not a known key; a blank must follow the colon';
  const knownKeys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const closest = findClosestName(key, knownKeys);
  return closest === null ? 'is not a known key' : `is not a known key; did you mean ${closest}?`;
}
