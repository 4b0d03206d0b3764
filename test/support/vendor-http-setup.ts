import { afterEach, beforeEach, expect } from '@jest/globals';
import type { VendorHttpOptions } from '../../src/http/vendor-http.ts';
import { type ScriptedServer, startDecoy, startScriptedServer } from './scripted-server.ts';
import { type HttpHarness, createHttpHarness } from './http-harness.ts';

/** A vendor that does what the test says, a server that nobody must ever connect to, and gateways without any policy. */
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

/** Exactly one record of the one attempt, and the metrics were told the same. */
export function expectSingleCall({ records, metricRecords }: HttpHarness, outcome: string): void {
  expect(records).toMatchObject([
    { account: 'kore-main', endpoint: 'agentstatusdetails', servedFrom: 'VENDOR', outcome },
  ]);
  expect(metricRecords).toEqual(records);
}

/** A promise, and the way to resolve it. */
export const createDeferred = () => Promise.withResolvers<undefined>();
