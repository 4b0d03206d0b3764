import { statusPeriodId } from '../domain/global-id.ts';
import { durationSeconds } from '../domain/status-period.ts';
import { agentOf } from '../gather/agents.ts';
import { sessionOf } from '../gather/sessions.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { sourcedPageFields } from './page.ts';

export const statusPeriod: Pick<Resolvers, 'StatusPeriod' | 'StatusPeriodConnection' | 'StatusTotal'> = {
  StatusPeriod: {
    id: statusPeriodId,
    agent: (period, _, { desk }) => agentOf(desk, period),
    account: ({ account }, _, { desk }) => desk.account(account),
    session: (period, _, { desk }) => sessionOf(desk, period),
    durationSeconds: ({ start, end }) => durationSeconds(start, end),
  },
  StatusPeriodConnection: sourcedPageFields,
  StatusTotal: { account: ({ account }, _, { desk }) => desk.account(account) },
};
