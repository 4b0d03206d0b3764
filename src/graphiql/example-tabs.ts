import agentDay from '../../examples/queries/agent-day.graphql';
import botWeek from '../../examples/queries/bot-week.graphql';
import completeness from '../../examples/queries/completeness.graphql';
import costEstimate from '../../examples/queries/cost-estimate.graphql';
import onACall from '../../examples/queries/on-a-call.graphql';
import supervisorView from '../../examples/queries/supervisor-view.graphql';
import teamWeek from '../../examples/queries/team-week.graphql';
import wallboardNow from '../../examples/queries/wallboard-now.graphql';
import { exampleVariables } from './example-variables.ts';

/** Returns the tabs of a first visit. `now` is in epoch milliseconds. */
export function exampleTabs(now: number) {
  const { day, week, lastWeek } = exampleVariables(now);
  return [
    { query: wallboardNow },
    { query: supervisorView },
    { query: teamWeek, variables: formatJson({ lastWeek }) },
    { query: agentDay, variables: formatJson({ day }) },
    { query: botWeek, variables: formatJson({ week }) },
    { query: onACall },
    { query: completeness, variables: formatJson({ day, week }) },
    { query: costEstimate, variables: formatJson({ day }), headers: formatJson({ 'Switchboard-Explain': 'plan' }) },
  ];
}

function formatJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
