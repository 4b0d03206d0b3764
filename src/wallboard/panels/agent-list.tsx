import type { TimelineCache } from '../data/timeline-cache.ts';
import type { People } from '../hooks/use-people.ts';
import { freshnessOf } from '../model/freshness.ts';
import type { AgentGroup, Grouping } from '../model/grouping.ts';
import { isOverdue } from '../model/overdue.ts';
import { hourMarks, todayAxis } from '../model/strip.ts';
import { AgentRow } from './agent-row.tsx';

export interface AgentListProps {
  readonly groups: readonly AgentGroup[];
  readonly grouping: Grouping;
  readonly people: People;
  readonly timelines: TimelineCache;
  readonly now: number;
  readonly observe: (row: Element) => () => void;
}

/** The people by group, longest in status first. */
export function AgentList({ groups, grouping, people, timelines, now, observe }: AgentListProps) {
  return (
    <div class="groups">
      {groups.map(({ key, name, agents, size }) => (
        <section key={key} class="group" aria-label={name}>
          <header class="group-head">
            <h2>
              {name} <span class="group-count">{size}</span>
            </h2>
            <Axis now={now} />
          </header>
          <ul class="rows">
            {agents.map((agent) => {
              const observation = people.observations.get(agent.id);
              return (
                <AgentRow
                  key={agent.id}
                  agent={agent}
                  freshness={freshnessOf(observation, now)}
                  observedAt={observation?.at ?? null}
                  timeline={timelines.get(agent.id)}
                  showsTeam={grouping === 'status'}
                  isOverdue={isOverdue(agent, now)}
                  observe={observe}
                />
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** The hours over the strips. */
function Axis({ now }: { readonly now: number }) {
  const axis = todayAxis(now);
  return (
    <div class="axis" aria-hidden="true">
      {hourMarks(axis).map(({ hour, x }) => (
        <span key={hour} style={{ left: `${x}%` }}>
          {hour}
        </span>
      ))}
    </div>
  );
}
