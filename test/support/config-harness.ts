import { z } from 'zod';
import { accountBaseSchema } from '../../src/config/account.ts';
import { formatConfigError } from '../../src/config/config-error.ts';
import { loadConfig, type LoadConfigOptions } from '../../src/config/load.ts';
import { secretSchema } from '../../src/config/secret.ts';
import type { VendorDescriptor } from '../../src/config/vendor-descriptor.ts';

function email(ref: string) {
  return ref.includes('@') ? ref : null;
}

/** Two invented vendors: one with e-mail addresses as references, and one with numbers. */
export const vendors: readonly VendorDescriptor[] = [
  {
    key: 'mailish',
    config: accountBaseSchema.extend({
      vendor: z.literal('mailish'),
      clientSecret: secretSchema,
      discover: z.boolean().default(true),
    }),
    references: { problem: () => null, canonical: (ref) => ref.toLowerCase(), email },
  },
  {
    key: 'numeric',
    config: accountBaseSchema.extend({
      vendor: z.literal('numeric'),
      accountId: z.string(),
      apiVersion: z.union([z.literal(1), z.literal(2)]).default(1),
    }),
    references: {
      problem: (ref) => (/^\d+$/.test(ref) ? null : 'must be a number'),
      canonical: (ref) => ref.replace(/^0+(?=\d)/, ''),
      email: () => null,
    },
  },
];

export const MAIL_ACCOUNT =
  'name: mail, vendor: mailish, baseUrl: https://mail.example.com, clientSecret: s3cret-in-file';
export const NUMBERS_ACCOUNT = 'name: numbers, vendor: numeric, baseUrl: https://numbers.example.com, accountId: "7"';

export function load(text: string, env: LoadConfigOptions['env'] = {}) {
  return loadConfig({ text, file: 'test.yaml', env, vendors });
}

/** Loads a configuration; fails the test with its errors. */
export function loadOrThrow(text: string, env: LoadConfigOptions['env'] = {}) {
  const loaded = load(text, env);
  if (!loaded.ok) throw new Error(loaded.errors.map(formatConfigError).join('\n'));
  return loaded.config;
}

/** Returns the errors of a configuration, one line each. */
export function errorLines(text: string, env: LoadConfigOptions['env'] = {}): readonly string[] {
  const loaded = load(text, env);
  return loaded.ok ? [] : loaded.errors.map(formatConfigError);
}
