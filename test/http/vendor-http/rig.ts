import { afterEach, beforeEach, expect } from '@jest/globals';
import type { VendorHttpOptions } from '../../../src/http/vendor-http.ts';
import { type ScriptedServer, startDecoy, startScriptedServer } from '../../support/scripted-server.ts';
import { type Gateway, gateway } from '../support.ts';

/** A vendor that does what the test says, a server that nobody must ever connect to, and gateways without any policy. */
export function rig() {
  let server: ScriptedServer;
  let decoy: ScriptedServer;
  let open: Gateway[];

  beforeEach(async () => {
    [server, decoy] = await Promise.all([startScriptedServer(), startDecoy()]);
    open = [];
  });

  afterEach(async () => {
    expect(decoy.connections()).toBe(0);
    await Promise.all([...open.map((one) => one.close()), server.close(), decoy.close()]);
  });

  return {
    server: () => server,
    decoy: () => decoy,
    connect: (options: Partial<VendorHttpOptions> = {}): Gateway => {
      const one = gateway(options);
      open.push(one);
      return one;
    },
  };
}

/** Exactly one record of the one attempt, and the metrics were told the same. */
export function expectOneCall({ records, counted }: Gateway, outcome: string): void {
  expect(records).toMatchObject([
    { account: 'kore-main', endpoint: 'agentstatusdetails', servedFrom: 'VENDOR', outcome },
  ]);
  expect(counted).toEqual(records);
}

/** A promise, and the way to resolve it. */
export const gate = () => Promise.withResolvers<undefined>();
