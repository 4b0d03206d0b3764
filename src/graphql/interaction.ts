import { interactionId } from '../domain/global-id.ts';
import { agentOf } from '../gather/agents.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { sourcedPageFields } from './page.ts';

export const interaction: Pick<Resolvers, 'Interaction' | 'InteractionConnection'> = {
  Interaction: {
    id: interactionId,
    agent: (one, _, { desk }) => agentOf(desk, one),
    account: ({ account }, _, { desk }) => desk.account(account),
  },
  InteractionConnection: sourcedPageFields,
};
