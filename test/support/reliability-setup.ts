import { afterEach, beforeEach } from '@jest/globals';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { type HttpHarness, createHttpHarness } from './http-harness.ts';
import { jsonStep, type ScriptedServer, startScriptedServer, type ScriptedStep } from './scripted-server.ts';

/** A vendor that does what the test says, anew for every test, and an account's HTTP with all its policies. */
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
    /** Jitter is nothing, so that a retry follows at once. */
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

/** Too many calls, says the vendor, and perhaps when to come back. */
export const rateLimitedStep = (retryAfter?: string): ScriptedStep => ({
  ...jsonStep({ message: 'too many' }, 429),
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
});
