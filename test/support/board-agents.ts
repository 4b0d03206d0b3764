import type { BoardAgentsFragment } from '../../src/wallboard/generated/documents.ts';
import type { BoardAgent } from '../../src/wallboard/model/board-agent.ts';

/** A person of the wallboard, available since the epoch unless `changes` say otherwise. */
export function boardAgent(id: string, changes: Partial<BoardAgent> = {}): BoardAgent {
  return {
    id,
    name: id,
    team: null,
    accounts: [{ name: 'kore-main', vendor: 'KORE' }],
    status: 'AVAILABLE',
    label: null,
    since: 0,
    statusAccount: 'kore-main',
    isIncomplete: false,
    troubles: [],
    interaction: null,
    ...changes,
  };
}

type AgentNode = BoardAgentsFragment['nodes'][number];

/** The same as the gateway answers it. */
export function agentNode(changes: Partial<AgentNode> = {}): AgentNode {
  return {
    id: 'jane',
    name: 'Jane Doe',
    team: null,
    accounts: [{ account: { name: 'kore-main', vendor: 'KORE' } }],
    presence: {
      status: {
        id: 'period',
        status: 'BUSY',
        label: 'On a call',
        start: '2026-11-20T09:00:00.000Z',
        account: { name: 'kore-main' },
      },
      observedAt: '2026-11-20T09:30:00.000Z',
      complete: true,
      sources: [
        {
          account: { name: 'kore-main' },
          outcome: 'OK',
          error: null,
          fetchedAt: '2026-11-20T09:30:00.000Z',
          freshUntil: '2026-11-20T09:30:15.000Z',
        },
      ],
    },
    latestInteractions: null,
    ...changes,
  };
}
