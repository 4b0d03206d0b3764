import leven from 'leven';
import { z } from 'zod';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** Describes a schema violation to the operator who edits the file. Never quotes the value, which may be a secret. */
export const zodErrorMap: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      if (issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)) {
        return 'must be text; put it in quotes';
      }
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : formatChoices(issue.values);
    case 'invalid_union':
      return formatChoices(
        issue.errors.flat().flatMap((branch) => (branch.code === 'invalid_value' ? branch.values : [])),
      );
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must not be longer than ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return `must be a valid ${issue.format === 'email' ? 'e-mail address' : issue.format}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => formatUnknownKey(key, issue.inst)).join('\n');
    default:
      return undefined;
  }
};

function formatChoices(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 1
    ? `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
    : `must be ${words.join()}`;
}

/** The longest edit distance of a probable misspelling, as a share of the key's length. */
const MAX_DISTANCE_RATIO = 0.4;

/** The message of one unknown key of an object, with the known key that is spelled most like it. */
function formatUnknownKey(key: string, schema: unknown): string {
  const knownKeys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const [closest] = knownKeys
    .map((known) => ({ known, distance: leven(toLetters(key), toLetters(known)) }))
    .filter(({ known, distance }) => distance <= Math.floor(known.length * MAX_DISTANCE_RATIO))
    .sort((a, b) => a.distance - b.distance);
  return closest ? `is not a known key; did you mean ${closest.known}?` : 'is not a known key';
}

/** `client_secret` and `ClientSecret` are `clientSecret` in other conventions. */
function toLetters(key: string): string {
  return key.toLowerCase().replace(/[-_. ]/g, '');
}
