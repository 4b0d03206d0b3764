import { statusPeriodId } from '../../domain/global-id.ts';
import { createReferenceHasher } from '../../domain/reference-hash.ts';
import { durationSeconds } from '../../domain/status-period.ts';
import { owningAgent } from '../../gather/agents.ts';
import { sessionOfPeriod } from '../../gather/sessions.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { backReferenceRule, type FieldRules } from '../../planning/field-rules.ts';
import type { ConstantFieldNames } from '../ast/constant-fields.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

/** The periods of an agent follow each other in a response. */
const hashReference = createReferenceHasher();

export const statusPeriodResolvers: Pick<Resolvers, 'StatusPeriod' | 'StatusPeriodConnection'> = {
  StatusPeriod: {
    id: (period) => statusPeriodId(period, hashReference),
    agent: (period, _, context) => owningAgent(context, period),
    account: ({ account }, _, context) => context.account(account),
    session: (period, _, context) => sessionOfPeriod(context, period),
    durationSeconds: ({ start, end }) => durationSeconds(start, end),
  },
  StatusPeriodConnection: sourcedConnectionFields,
};

export const statusPeriodConstants = { StatusPeriod: ['id', 'durationSeconds'] } satisfies ConstantFieldNames;

export const statusPeriodRules = { StatusPeriod: { agent: backReferenceRule } } satisfies FieldRules;
