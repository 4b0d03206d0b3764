import { expect, test } from '@jest/globals';
import { directoryEntry, discoveredAgent } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  freshResult,
  interaction,
  NOW,
  period,
  session,
} from '../../test/support/gather-harness.ts';
import type { AgentAccount } from '../domain/agent.ts';
import { interactionId, sessionId, statusPeriodId } from '../domain/global-id.ts';
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
    const ids = [
      statusPeriodId(period('v', NOW, { ref })),
      sessionId({ ...session('v', 's1', NOW, NOW), ref }),
      interactionId({ ...interaction('v', 'g1'), ref }),
    ];
    for (const id of ids) {
      const found = await node(services.createContext(), id);
      expect(found).toMatchObject({ ref });
      expect(found && (await owningAgent(services.createContext(), found as AgentAccount))).toMatchObject({
        key: 'jane',
      });
    }
    expect(calls.splice(0)).toEqual([ref, ref, ref]);
  }
  const unknown = sessionId({ ...session('v', 's1', NOW, NOW), ref: 'u-2' });
  expect(await node(services.createContext(), unknown)).toBeNull();
  expect(calls).toEqual([]);
});
