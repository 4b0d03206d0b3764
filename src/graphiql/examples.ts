import agentDay from '../../examples/queries/agent-day.graphql';
import botWeek from '../../examples/queries/bot-week.graphql';
import completeness from '../../examples/queries/completeness.graphql';
import costEstimate from '../../examples/queries/cost-estimate.graphql';
import onACall from '../../examples/queries/on-a-call.graphql';
import statusChanges from '../../examples/queries/status-changes.graphql';
import supervisorView from '../../examples/queries/supervisor-view.graphql';
import teamWeek from '../../examples/queries/team-week.graphql';
import wallboardNow from '../../examples/queries/wallboard-now.graphql';
import { exampleVariables } from './example-variables.ts';
import { type Example, toExample } from './example.ts';

export interface ExampleGroup {
  readonly task: string;
  readonly examples: readonly Example[];
}

/** Returns the examples by task. `now` is in epoch milliseconds; the variables end there. */
export function listExamples(now: number): readonly ExampleGroup[] {
  const { day, week, lastWeek } = exampleVariables(now);
  return [
    {
      task: 'See what happens now',
      examples: [toExample(wallboardNow), toExample(supervisorView), toExample(onACall), toExample(statusChanges)],
    },
    { task: 'Plan a team’s week', examples: [toExample(teamWeek, { lastWeek })] },
    { task: 'Follow one agent', examples: [toExample(agentDay, { day })] },
    { task: 'Report on bots', examples: [toExample(botWeek, { week })] },
    {
      task: 'Know what you get, and what it costs',
      examples: [toExample(completeness, { day, week }), toExample(costEstimate, { day }, 'plan')],
    },
  ];
}
