import { hash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { SCOPES } from '../config/settings.ts';
import { defineCommand } from './command.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';

const KEY_BYTES = 32;
const MAX_NAME_LENGTH = 64;
/** A shorter key can be guessed from its digest. */
const MIN_KEY_LENGTH = 16;
/** What a bearer token may consist of (https://www.rfc-editor.org/rfc/rfc6750#section-2.1). */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

export const hashKeyCommand = defineCommand({
  name: 'hash-key',
  usage: '[--name NAME] [--scope SCOPE]... [--account ACCOUNT]... [--stdin] [--json]',
  description: `Makes a random API key and prints it, this once, with its entry for \`auth.apiKeys\`. The configuration has the SHA-256 digest
alone, from which the key cannot be found.`,
  options: {
    account: {
      type: 'string',
      multiple: true,
      value: 'ACCOUNT',
      help: 'an account that the caller may see; can be repeated; default: all',
    },
    json: { type: 'boolean', help: 'prints JSON' },
    name: { type: 'string', value: 'NAME', help: 'the name of the caller, as the log shows it; default: caller' },
    scope: {
      type: 'string',
      multiple: true,
      value: 'SCOPE',
      help: `what the caller may do: ${SCOPES.join(', ')}; can be repeated; default: read and introspect`,
    },
    stdin: { type: 'boolean', help: 'reads an existing key from standard input, and does not print it' },
  },
  exitStatus: '0 done, 1 the key of --stdin cannot be used, 2 wrong arguments.',
  async run({ values: { name = 'caller', scope, account, stdin = false, json = false } }) {
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      throw new UsageError(`--name must have 1 to ${MAX_NAME_LENGTH} characters`);
    }
    assertScopes(scope ?? []);
    const key = stdin ? await readKey() : randomBytes(KEY_BYTES).toString('base64url');
    const entry = {
      name,
      sha256: hash('sha256', key),
      ...(account && { accounts: account }),
      ...(scope && { scopes: scope }),
    };
    console.log(json ? JSON.stringify(stdin ? entry : { key, ...entry }) : formatKey(stdin ? null : key, entry));
    return EXIT_STATUS.ok;
  },
});

function assertScopes(scopes: readonly string[]): void {
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined) throw new UsageError(`--scope must be one of ${SCOPES.join(', ')}: ${unknown}`);
}

/** Reads the key without the newline that `echo` and editors append. No message contains it. */
async function readKey(): Promise<string> {
  if (process.stdin.isTTY) console.error('The key, then Enter and Ctrl-D (it is visible while you type):');
  const key = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (key.length < MIN_KEY_LENGTH) throw new CommandError(`the key must have at least ${MIN_KEY_LENGTH} characters`);
  if (!BEARER_TOKEN.test(key)) {
    throw new CommandError('the key must be letters, digits and -._~+/ only: it is sent as a bearer token');
  }
  return key;
}

function formatKey(key: string | null, entry: object): string {
  const yaml = stringify({ auth: { apiKeys: [entry] } });
  if (key === null) return yaml.trimEnd();
  return `The key, which is shown this once. Callers send "Authorization: Bearer …" with it:

  ${key}

Its entry in the configuration:

${yaml.trimEnd()}`;
}
