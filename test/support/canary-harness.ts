import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Conformance } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';
import { type Gateway, lastHours, type RawConfig } from './world.ts';

export const CANARY_CALLER_KEY = 'CANARY-caller-key-7f3a9c';

/** Unlike the gateway's other timers, so that a test can recognize it: the clock stands still. */
export const ATTEMPT_MS = 123_456;

/** Reads from every endpoint of every vendor, and the accounts with their health. */
const FULL_QUERY = `query Everything($during: TimeRange!, $days: DateRange!) {
  agents(first: 200) {
    nodes {
      currentStatus { status }
      statusPeriods(during: $during) { nodes { vendorStatus } sources { outcome error { code message } } }
      sessions(during: $during) { nodes { vendorSessionId } sources { outcome error { code message } } }
      latestInteractions { nodes { guid } sources { outcome error { code message } } }
      usageStats(during: $days) { current { messagesCount interventionsCount } sources { outcome error { code message } } }
    }
  }
  accounts { name state lastError }
}`;

/** Switches caching, retries, circuit breaker and Retry-After gate off, so that every failure reaches the caller. */
export function withoutProtection(raw: RawConfig): RawConfig {
  return {
    ...raw,
    accounts: raw.accounts.map((account) => ({
      ...account,
      timeoutMs: ATTEMPT_MS,
      maxRetries: 0,
      circuitBreaker: false,
      honorRetryAfter: false,
    })),
    cache: {
      ttl: { interactions: 0, statusLive: 0, statusPast: 0, usageLive: 0, usagePast: 0, files: 0, directory: 0 },
    },
    auth: {
      apiKeys: [
        {
          name: 'wallboard',
          sha256: createHash('sha256').update(CANARY_CALLER_KEY).digest('hex'),
          scopes: ['read', 'introspect', 'explain', 'metrics'],
        },
      ],
    },
  };
}

/** Collects all output of a gateway while it executes the queries: bodies, headers, pages and logs. */
export async function collectOutput(gateway: Gateway): Promise<string> {
  const authorization = `Bearer ${CANARY_CALLER_KEY}`;
  const during = lastHours(2);
  const day = during.to.slice(0, 10);
  const variables = { during, days: { from: day, to: day } };
  const responses: unknown[] = [];
  for (const explain of ['trace', 'plan']) {
    responses.push(await gateway.query(FULL_QUERY, variables, { authorization, 'switchboard-explain': explain }));
  }
  responses.push(await gateway.query('{ accounts { lastError } }', {}, { authorization }));
  responses.push(
    await gateway.query(`{ ${CANARY_CALLER_KEY} }`, {}, { authorization: `Bearer ${CANARY_CALLER_KEY}x` }),
  );
  const pages = await Promise.all(
    ['/metrics', '/readyz', '/schema.graphql', '/nothing'].map(async (path) => {
      const response = await fetch(gateway.url + path, { headers: { authorization } });
      return `${[...response.headers].join('\n')}\n${await response.text()}`;
    }),
  );
  const headers = responses.map((response) => [...(response as { headers: Headers }).headers].join('\n'));
  return [JSON.stringify(responses), ...headers, ...pages, gateway.logs()].join('\n');
}

/** Returns a secret in plain text and in the encodings in which it could leak. */
function encodingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    secret.toLowerCase(),
  ];
}

export function expectNoLeak(output: string, secrets: readonly string[]): void {
  for (const encoded of secrets.flatMap(encodingsOf)) expect(output.includes(encoded) && encoded).toBe(false);
  expect(output).not.toMatch(/<html|\bat .*\.ts:\d+:\d+|node_modules/);
}

export const vendorSecrets = await Promise.all(
  vendors.map(async ({ key }) => {
    const module = (await import(`../../src/vendors/${key}/conformance.ts`)) as { conformance: Conformance };
    return { key, secrets: module.conformance.secrets };
  }),
);
