import { sessionId } from '../../domain/global-id.ts';
import { durationSeconds } from '../../domain/status-period.ts';
import { owningAgent } from '../../gather/agents.ts';
import type { Resolvers } from '../../generated/resolvers.ts';
import { backReferenceRule, type FieldRules } from '../../planning/field-rules.ts';
import type { ConstantFieldNames } from '../ast/constant-fields.ts';
import { sourcedConnectionFields } from './connection-fields.ts';

export const sessionResolvers: Pick<Resolvers, 'Session' | 'SessionConnection'> = {
  Session: {
    id: (session) => sessionId(session),
    agent: (session, _, context) => owningAgent(context, session),
    account: ({ account }, _, context) => context.account(account),
    durationSeconds: ({ loginAt, logoutAt }) => durationSeconds(loginAt, logoutAt),
  },
  SessionConnection: sourcedConnectionFields,
};

export const sessionConstants = { Session: ['id', 'durationSeconds'], SessionEvent: [] } satisfies ConstantFieldNames;

export const sessionRules = { Session: { agent: backReferenceRule } } satisfies FieldRules;
