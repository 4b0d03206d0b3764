import { Component } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Timeline } from '../data/timeline-cache.ts';
import type { BoardAgent } from '../model/board-agent.ts';
import type { Freshness } from '../model/freshness.ts';
import { STATUS_NAMES } from '../model/status-order.ts';
import { type StripPeriod, withCurrent } from '../model/strip.ts';
import { describeInteraction, toFinerLabel } from '../text/words.ts';
import { AgentDetails } from './agent-details.tsx';
import { Elapsed } from './elapsed.tsx';
import { DirectionIcon, MediumIcon, StatusShape } from './shapes.tsx';
import { Strip } from './strip.tsx';

export interface AgentRowProps {
  readonly agent: BoardAgent;
  readonly freshness: Freshness;
  readonly observedAt: number | null;
  readonly timeline: Timeline | undefined;
  readonly showsTeam: boolean;
  readonly isOverdue: boolean;
  readonly observe: (row: Element) => () => void;
}

interface OpenState {
  readonly isOpen: boolean;
}

/**
 * A person. Drawn again only when a property has changed, so that a list of hundreds costs nothing while it stands still; when its status
 * was observed shows only in the details and where it is stale.
 */
export class AgentRow extends Component<AgentRowProps, OpenState> {
  override state: OpenState = { isOpen: false };

  override shouldComponentUpdate(next: AgentRowProps, { isOpen }: OpenState): boolean {
    if (isOpen !== this.state.isOpen) return true;
    const names = Object.keys(this.props) as readonly (keyof AgentRowProps)[];
    const isAgeShown = isOpen || next.freshness === 'stale';
    return names.some((name) => this.props[name] !== next[name] && (name !== 'observedAt' || isAgeShown));
  }

  override render() {
    const { isOpen } = this.state;
    const toggle = () => {
      this.setState({ isOpen: !isOpen });
    };
    return <Row {...this.props} isOpen={isOpen} onToggle={toggle} />;
  }
}

interface RowProps extends AgentRowProps, OpenState {
  readonly onToggle: () => void;
}

function Row(props: RowProps) {
  const { agent, freshness, timeline, observe, isOpen, onToggle } = props;
  const row = useRef<HTMLLIElement>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  useEffect(() => (row.current ? observe(row.current) : undefined), [observe]);
  const isStale = freshness === 'stale' || agent.isIncomplete;
  const periods = withCurrent(timeline?.periods ?? [], currentPeriod(agent));
  const strip = {
    periods,
    account: agent.statusAccount,
    showsAll: isOpen,
    isStale: isStale || isLate(timeline, isOpen ? null : agent.statusAccount),
    knownUntil: knownUntil(timeline, props.observedAt),
  };
  return (
    <li
      ref={row}
      class={['row', `row--${freshness}`, agent.isIncomplete && 'is-incomplete', isOpen && 'is-open']
        .filter(Boolean)
        .join(' ')}
      data-agent={agent.id}
    >
      <ChangeFlash agent={agent} />
      <StatusShape status={agent.status} />
      <button
        type="button"
        class="row-name"
        aria-expanded={isOpen}
        onClick={onToggle}
        onKeyDown={(event) => {
          setChosen(nextChosen(event.key, chosen, periods.length));
        }}
        onBlur={() => {
          setChosen(null);
        }}
      >
        <span class="agent-name">{agent.name}</span>
        {props.showsTeam && agent.team && <small class="row-team">{agent.team.name}</small>}
      </button>
      <StatusCell {...props} />
      <InteractionCell agent={agent} />
      <Strip {...strip} chosen={chosen} />
      {isOpen && <AgentDetails agent={agent} periods={periods} timeline={timeline} observedAt={props.observedAt} />}
    </li>
  );
}

/** Whether a part of the timeline is missing or older than usual; of one account, or of all. */
function isLate(timeline: Timeline | undefined, account: string | null): boolean {
  if (!timeline) return false;
  return (
    timeline.knownUntil === null ||
    timeline.troubles.some((trouble) => (account ?? trouble.account) === trouble.account)
  );
}

/** The list continues a timeline that was read; without one, only the current status is known. */
function knownUntil(timeline: Timeline | undefined, observedAt: number | null): number | null {
  if (!timeline) return observedAt;
  return timeline.knownUntil === null ? null : Math.max(timeline.knownUntil, observedAt ?? 0);
}

/** Left and right move through the segments of the focused row; anything else leaves them. */
function nextChosen(key: string, chosen: number | null, count: number): number | null {
  if (key === 'ArrowLeft') return Math.min((chosen ?? -1) + 1, Math.max(0, count - 1));
  if (key === 'ArrowRight') return Math.max((chosen ?? 1) - 1, 0);
  return key === 'Tab' || key === 'Escape' ? null : chosen;
}

function StatusCell({ agent, isOverdue: overdue }: AgentRowProps) {
  const finer = toFinerLabel(agent.label, agent.status);
  return (
    <>
      <span class="row-status">
        {STATUS_NAMES[agent.status]}
        {finer !== null && <small class="row-label">{finer}</small>}
      </span>
      <span class={`row-time${overdue ? ' is-overdue' : ''}`}>
        {agent.since === null ? <span aria-hidden="true">–</span> : <Elapsed since={agent.since} />}
      </span>
    </>
  );
}

function InteractionCell({ agent: { interaction } }: { readonly agent: BoardAgent }) {
  if (!interaction) return <span class="row-interaction" />;
  const { type, direction, start } = interaction;
  return (
    <span class="row-interaction" title={describeInteraction(type, direction)}>
      <MediumIcon type={type} />
      {direction && <DirectionIcon direction={direction} />}
      <span class="visually-hidden">{describeInteraction(type, direction)}</span>
      <span class="interaction-time">
        <Elapsed since={start} />
      </span>
    </span>
  );
}

/** Fades in one second after the status has changed; not when the row appears. */
function ChangeFlash({ agent }: { readonly agent: BoardAgent }) {
  const mark = `${agent.status}@${agent.since ?? ''}`;
  const first = useRef(mark);
  return mark === first.current ? null : <span key={mark} class="flash" aria-hidden="true" />;
}

function currentPeriod({ status, label, since, statusAccount }: BoardAgent): StripPeriod | null {
  if (since === null || statusAccount === null) return null;
  return { id: 'current', account: statusAccount, status, label, start: since, end: null, isOngoing: true };
}
