import agentDay from '../../examples/queries/agent-day.graphql';
import botWeek from '../../examples/queries/bot-week.graphql';
import howWhole from '../../examples/queries/completeness.graphql';
import onACall from '../../examples/queries/on-a-call.graphql';
import wallboardNow from '../../examples/queries/wallboard-now.graphql';
import whatItCosts from '../../examples/queries/cost-estimate.graphql';
import { exampleVariables } from './example-variables.ts';

/** What somebody finds who opens the page for the first time. `now` is in epoch milliseconds. */
export function exampleTabs(now: number) {
  const { day, week } = exampleVariables(now);
  return [
    { query: wallboardNow },
    { query: agentDay, variables: json({ day }) },
    { query: botWeek, variables: json({ week }) },
    { query: onACall },
    { query: howWhole, variables: json({ day, week }) },
    { query: whatItCosts, variables: json({ day }), headers: json({ 'Switchboard-Explain': 'plan' }) },
  ];
}

const json = (variables: object) => JSON.stringify(variables, null, 2);
