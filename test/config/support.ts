import { z } from 'zod';
import { accountBase } from '../../src/config/account.ts';
import { type ConfigInput, loadConfig } from '../../src/config/load.ts';
import { describeProblem } from '../../src/config/problem.ts';
import { secret } from '../../src/config/secret.ts';
import type { VendorForm } from '../../src/config/vendor-form.ts';

const email = (ref: string) => (ref.includes('@') ? ref : null);

/** Two imagined vendors: one whose references are e-mail addresses, and one whose references are numbers. */
export const vendors: readonly VendorForm[] = [
  {
    key: 'mailish',
    config: accountBase.extend({
      vendor: z.literal('mailish'),
      clientSecret: secret,
      discover: z.boolean().default(true),
    }),
    references: { problem: () => null, canonical: (ref) => ref.toLowerCase(), email },
  },
  {
    key: 'numeric',
    config: accountBase.extend({
      vendor: z.literal('numeric'),
      accountId: z.string(),
      apiVersion: z.union([z.literal(1), z.literal(2)]).default(1),
    }),
    references: {
      problem: (ref) => (/^\d+$/.test(ref) ? null : `${ref} is not a number`),
      canonical: (ref) => ref.replace(/^0+(?=\d)/, ''),
      email: () => null,
    },
  },
];

export const MAIL = 'name: mail, vendor: mailish, baseUrl: https://mail.example.com, clientSecret: s3cret-in-file';
export const NUMBERS = 'name: numbers, vendor: numeric, baseUrl: https://numbers.example.com, accountId: "7"';

export function load(text: string, env: ConfigInput['env'] = {}) {
  return loadConfig({ text, file: 'test.yaml', env, vendors });
}

/** The configuration; fails the test with the problems when there are any. */
export function config(text: string, env: ConfigInput['env'] = {}) {
  const loaded = load(text, env);
  if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join('\n'));
  return loaded.config;
}

/** The problems, each as its line. */
export function problems(text: string, env: ConfigInput['env'] = {}): readonly string[] {
  const loaded = load(text, env);
  return loaded.ok ? [] : loaded.problems.map(describeProblem);
}
