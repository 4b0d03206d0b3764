import type { FieldRules } from '../planning/field-rules.ts';
import { agentRules } from './resolvers/agent.ts';
import { entityRules } from './resolvers/entities.ts';
import { interactionRules } from './resolvers/interaction.ts';
import { queryRules } from './resolvers/query.ts';
import { sessionRules } from './resolvers/session.ts';
import { statusPeriodRules } from './resolvers/status-period.ts';
import { subscriptionRules } from './resolvers/subscription.ts';
import { teamRules } from './resolvers/team.ts';
import { usageStatsRules } from './resolvers/usage-stats.ts';

/** The planning rules of the schema. Each stands next to its resolver. */
export const PLANNING_RULES: FieldRules = {
  ...agentRules,
  ...interactionRules,
  ...sessionRules,
  ...statusPeriodRules,
  ...teamRules,
  ...usageStatsRules,
  ...subscriptionRules,
  Query: { ...queryRules.Query, ...entityRules.Query },
};
