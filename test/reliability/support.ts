import { afterEach, beforeEach } from '@jest/globals';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { type Gateway, gateway } from '../http/support.ts';
import { json, type ScriptedServer, startScriptedServer, type Step } from '../support/scripted-server.ts';

/** A vendor that does what the test says, anew for every test, and an account's HTTP with all its policies. */
export function scriptedVendor() {
  const open: Gateway[] = [];
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(async () => {
    await Promise.all([...open.splice(0).map((one) => one.close()), server.close()]);
  });

  return {
    server: () => server,
    /** Jitter is nothing, so that a retry follows at once. */
    connect: (options: Partial<VendorHttpOptions> = {}): Gateway => {
      const one = gateway({ retries: 2, breaker: true, rateGate: true, random: () => 0, ...options });
      open.push(one);
      return one;
    },
  };
}

/** Too many calls, says the vendor, and perhaps when to come back. */
export const refused = (retryAfter?: string): Step => ({
  ...json({ message: 'too many' }, 429),
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
});
