import { interactionId } from '../../domain/global-id.ts';
import { owningAgent } from '../../gather/agents.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { backReferenceRule, type FieldRules } from '../../planning/field-rules.ts';
import type { ConstantFieldNames } from '../ast/constant-fields.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

export const interactionResolvers: Pick<Resolvers, 'Interaction' | 'InteractionConnection'> = {
  Interaction: {
    id: (interaction) => interactionId(interaction),
    agent: (interaction, _, context) => owningAgent(context, interaction),
    account: ({ account }, _, context) => context.account(account),
  },
  InteractionConnection: sourcedConnectionFields,
};

export const interactionConstants = { Interaction: ['id'] } satisfies ConstantFieldNames;

export const interactionRules = { Interaction: { agent: backReferenceRule } } satisfies FieldRules;
