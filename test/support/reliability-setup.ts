import { afterEach, beforeEach } from '@jest/globals';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { createHttpHarness, type HttpHarness } from './http-harness.ts';
import { jsonStep, type ScriptedServer, type ScriptedStep, startScriptedServer } from './scripted-server.ts';

/** Creates a scripted vendor for each test, and an account's HTTP client with all its policies. */
export function setUpScriptedVendor() {
  const open: HttpHarness[] = [];
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(async () => {
    await Promise.all([...open.splice(0).map((harness) => harness.close()), server.close()]);
  });

  return {
    server: () => server,
    /** No jitter, so a retry follows immediately. */
    connect: (options: Partial<VendorHttpOptions> = {}): HttpHarness => {
      const harness = createHttpHarness({
        maxRetries: 2,
        circuitBreaker: true,
        honorRetryAfter: true,
        random: () => 0,
        ...options,
      });
      open.push(harness);
      return harness;
    },
  };
}

/** A 429, with or without Retry-After. */
export function rateLimitedStep(retryAfter?: string): ScriptedStep {
  return {
    ...jsonStep({ message: 'too many' }, 429),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  };
}
