import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  freshResult,
  interaction,
  NOW,
  period,
  session,
  vendorError,
} from '../../test/support/gather-harness.ts';
import type { AgentAccount, DiscoveredAgent } from '../domain/agent.ts';
import { interactionId, sessionId, statusPeriodId } from '../domain/global-id.ts';
import { hashOfReference, mayBeReferenceIn } from '../domain/reference-hash.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { owningAgent } from './agents.ts';
import { node } from './nodes.ts';

test('node refetches by another reference to the same agent, as the id has it', async () => {
  const calls: string[] = [];
  const read =
    <T>(data: readonly T[]) =>
    (ref: string) => {
      calls.push(ref);
      return Promise.resolve(
        freshResult(
          'v',
          data.map((value) => ({ ...value, ref })),
        ),
      );
    };
  const services = createFakeServices(
    [directoryEntry('jane', { name: 'Jane', email: 'jane@example.com', accounts: { v: 'Jane@example.com' } })],
    [
      {
        name: 'v',
        vendor: 'KORE',
        sources: {
          discover: () =>
            Promise.resolve(freshResult('v', [discoveredAgent('jane@example.com', { aliases: ['u-1'] })])),
          statusPeriods: read([period('v', NOW)]),
          sessions: read([session('v', 's1', NOW, NOW)]),
          latestInteractions: read([interaction('v', 'g1')]),
        },
      },
    ],
  );
  for (const ref of ['Jane@example.com', 'jane@example.com', 'u-1']) {
    // The id of a period has no spelling: the canonical one is used.
    const canonical = ref.toLowerCase();
    const ids = [
      [statusPeriodId(period('v', NOW, { ref })), canonical],
      [sessionId({ ...session('v', 's1', NOW, NOW), ref }), ref],
      [interactionId({ ...interaction('v', 'g1'), ref }), ref],
    ] as const;
    for (const [id, spelling] of ids) {
      const found = await node(services.createContext(), id);
      expect(found).toMatchObject({ ref: spelling });
      expect(found && (await owningAgent(services.createContext(), found as AgentAccount))).toMatchObject({
        key: 'jane',
      });
    }
    expect(calls.splice(0)).toEqual([canonical, ref, ref]);
  }
  const unknown = sessionId({ ...session('v', 's1', NOW, NOW), ref: 'u-2' });
  expect(await node(services.createContext(), unknown)).toBeNull();
  expect(calls).toEqual([]);
});

describe('node with the id of a period', () => {
  const [ANA, BOB] = ['u-1fr3v', 'u-2pv5a'];

  /** An account of two agents whose references have the same hash, with a period each. */
  function open(discover: () => Promise<SourcedResult<readonly DiscoveredAgent[]>>) {
    const calls: string[] = [];
    const sources: AccountDataSource = {
      discover: () => {
        calls.push('discover');
        return discover();
      },
      statusPeriods: (ref) => {
        calls.push(ref);
        return Promise.resolve(freshResult('v', [period('v', ref === BOB ? NOW : NOW - 1, { ref })]));
      },
    };
    const services = createFakeServices([], [{ name: 'v', vendor: 'KORE', sources }]);
    return { context: services.createContext(), calls };
  }
  const found = () => Promise.resolve(freshResult('v', [discoveredAgent(ANA), discoveredAgent(BOB)]));
  const bobsId = statusPeriodId(period('v', NOW, { ref: BOB }));

  test('asks for every agent whose reference has its hash', async () => {
    expect(hashOfReference({ account: 'v', ref: ANA })).toBe(hashOfReference({ account: 'v', ref: BOB }));
    const { context, calls } = open(found);
    expect(await node(context, bobsId)).toMatchObject({ ref: BOB, start: NOW });
    expect(calls.filter((call) => call !== 'discover')).toEqual([ANA, BOB]);
  });

  test('rejects where the discovery fails that could have found the agent', async () => {
    const { context } = open(() => Promise.reject(vendorError('v', 'VENDOR_TIMEOUT')));
    expect(await rejectionOf(node(context, bobsId))).toMatchObject({ code: 'VENDOR_TIMEOUT' });
  });

  test('starts no discovery for an account that is not configured', async () => {
    const { context, calls } = open(found);
    const other = statusPeriodId(period('not-configured', NOW, { ref: BOB }));
    expect(mayBeReferenceIn('v', hashOfReference({ account: 'not-configured', ref: BOB }))).toBe(false);
    expect(await node(context, other)).toBeNull();
    expect(calls).toEqual([]);
  });
});
