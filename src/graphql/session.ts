import { sessionId } from '../domain/global-id.ts';
import { durationSeconds } from '../domain/status-period.ts';
import { agentOf } from '../gather/agents.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { sourcedPageFields } from './page.ts';

export const session: Pick<Resolvers, 'Session' | 'SessionConnection'> = {
  Session: {
    id: sessionId,
    agent: (one, _, { desk }) => agentOf(desk, one),
    account: ({ account }, _, { desk }) => desk.account(account),
    durationSeconds: ({ loginAt, logoutAt }) => durationSeconds(loginAt, logoutAt),
  },
  SessionConnection: sourcedPageFields,
};
