import { readFileSync } from 'node:fs';
import { isLoopback } from '../config/loopback.ts';
import { describeReadProblem } from '../config/read-problem.ts';
import type { OptionSpec } from './command-description.ts';
import { CommandError, EXIT_STATUS, UsageError } from './exit-status.ts';
import { describeFailure } from './failure.ts';

const DEFAULT_GATEWAY_URL = 'http://127.0.0.1:4000';
const REQUEST_TIMEOUT_MS = 60_000;

/** The options of a command that asks a running gateway. */
export const GATEWAY_OPTIONS = {
  url: { type: 'string', value: 'URL', help: `the gateway; default: ${DEFAULT_GATEWAY_URL}` },
  'key-file': {
    type: 'string',
    value: 'FILE',
    help: 'the file with the API key; default: the variable SWITCHBOARD_KEY',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface GatewayOptions {
  readonly url?: string | undefined;
  readonly 'key-file'?: string | undefined;
}

export interface GatewayAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for a body of another kind. */
  readonly body: unknown;
}

/**
 * Posts JSON to a path of the gateway. The key is never an argument, which other users of the machine see. Throws a CommandError where
 * the gateway does not answer or does not accept the key.
 */
export async function postToGateway(
  options: GatewayOptions,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<GatewayAnswer> {
  const base = parseBaseUrl(options.url ?? DEFAULT_GATEWAY_URL);
  const key = readKey(options['key-file']);
  if (key !== null && base.protocol === 'http:' && !isLoopback(base.hostname)) {
    console.error(`warning: the key is sent to ${base.host} without TLS`);
  }
  const target = new URL(base.pathname.replace(/\/$/, '') + path, base);
  const response = await fetch(target, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new CommandError(`${target.origin} does not answer: ${describeFailure(error)}`, EXIT_STATUS.unreachable);
  });
  const answer = { status: response.status, body: parseJson(await response.text()) };
  assertAccess(answer, key !== null);
  return answer;
}

/** The messages of the gateway's own errors: those of GraphQL, and of a rejected request. */
export function findMessages(body: unknown): readonly string[] {
  const { errors } = (typeof body === 'object' && body !== null ? body : {}) as { readonly errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return (errors as readonly { readonly message?: unknown }[]).flatMap(({ message }) =>
    typeof message === 'string' ? [message] : [],
  );
}

function assertAccess({ status, body }: GatewayAnswer, hasKey: boolean): void {
  if (status !== 401 && status !== 403) return;
  // The sentence goes on.
  const message = findMessages(body)[0]?.replace(/\.$/, '') ?? `HTTP ${status}`;
  throw new CommandError(
    hasKey
      ? `the gateway refuses the key: ${message}; look at its scopes, and at its digest in auth.apiKeys`
      : `the gateway refuses a request without a key: ${message}; pass one by --key-file or SWITCHBOARD_KEY`,
    EXIT_STATUS.unreachable,
  );
}

function parseBaseUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url must be the address of a gateway, such as ${DEFAULT_GATEWAY_URL}: ${text}`);
  }
  return url;
}

function readKey(file: string | undefined): string | null {
  if (file === undefined) {
    const { SWITCHBOARD_KEY: key = '' } = process.env;
    return key === '' ? null : key;
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${describeReadProblem(error)}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
