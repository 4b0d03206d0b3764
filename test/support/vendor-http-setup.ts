import { afterEach, beforeEach, expect } from '@jest/globals';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { createHttpHarness, type HttpHarness } from './http-harness.ts';
import { type ScriptedServer, startDecoy, startScriptedServer } from './scripted-server.ts';

/** Creates a scripted vendor, a server that must never be connected to, and HTTP clients without policies. */
export function setUpVendorHttp() {
  let server: ScriptedServer;
  let decoy: ScriptedServer;
  let open: HttpHarness[];

  beforeEach(async () => {
    [server, decoy] = await Promise.all([startScriptedServer(), startDecoy()]);
    open = [];
  });

  afterEach(async () => {
    expect(decoy.connections()).toBe(0);
    await Promise.all([...open.map((harness) => harness.close()), server.close(), decoy.close()]);
  });

  return {
    server: () => server,
    decoy: () => decoy,
    connect: (options: Partial<VendorHttpOptions> = {}): HttpHarness => {
      const harness = createHttpHarness(options);
      open.push(harness);
      return harness;
    },
  };
}

/** Expects exactly one record of one attempt, equal to the one in the metrics. */
export function expectSingleCall({ records, metricRecords }: HttpHarness, outcome: string): void {
  expect(records).toMatchObject([
    { account: 'kore-main', endpoint: 'agentstatusdetails', servedFrom: 'VENDOR', outcome },
  ]);
  expect(metricRecords).toEqual(records);
}

/** A promise with its resolve function. */
export function createDeferred() {
  return Promise.withResolvers<undefined>();
}
