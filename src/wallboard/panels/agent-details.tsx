import type { Timeline } from '../data/timeline-cache.ts';
import { useNow } from '../hooks/use-now.ts';
import type { BoardAgent } from '../model/board-agent.ts';
import { STATUS_NAMES } from '../model/status-order.ts';
import type { StripPeriod } from '../model/strip.ts';
import { formatAge, formatDuration } from '../text/durations.ts';
import { formatTime } from '../text/times.ts';
import { describeTrouble, toFinerLabel } from '../text/words.ts';
import { StatusShape } from './shapes.tsx';

interface AgentDetailsProps {
  readonly agent: BoardAgent;
  readonly periods: readonly StripPeriod[];
  readonly timeline: Timeline | undefined;
  readonly observedAt: number | null;
}

const MAX_PERIODS = 8;

/** What an open row shows: the latest periods in words, the accounts, and how far all that can be trusted. */
export function AgentDetails({ agent, periods, timeline, observedAt }: AgentDetailsProps) {
  const now = useNow();
  const own = agent.statusAccount === null ? periods : periods.filter(({ account }) => account === agent.statusAccount);
  const latest = own.toSorted((a, b) => b.start - a.start).slice(0, MAX_PERIODS);
  const troubles = [...agent.troubles, ...(timeline?.troubles ?? [])].map(describeTrouble);
  return (
    <div class="row-details">
      <ol class="periods">
        {latest.map((period) => (
          <PeriodLine key={period.id} period={period} now={now} />
        ))}
        {!timeline && <li class="muted">Today is being read.</li>}
      </ol>
      <p class="muted">
        {agent.team && `${agent.team.name} · `}
        {agent.accounts.map(({ name }) => name).join(', ')}
        {observedAt !== null && ` · status as of ${formatAge(now - observedAt)} ago`}
      </p>
      {[...new Set(troubles)].map((trouble) => (
        <p key={trouble} class="trouble">
          {trouble}
        </p>
      ))}
    </div>
  );
}

function PeriodLine({ period, now }: { readonly period: StripPeriod; readonly now: number }) {
  const { status, label, start, end, account } = period;
  const finer = toFinerLabel(label, status);
  return (
    <li>
      <StatusShape status={status} />
      <span class="period-time">
        {formatTime(start)}–{end === null ? 'now' : formatTime(end)}
      </span>
      <span>
        {STATUS_NAMES[status]}
        {finer !== null && ` · ${finer}`}
      </span>
      <span class="muted">
        {formatDuration((end ?? now) - start)}
        <span class="period-account"> · {account}</span>
      </span>
    </li>
  );
}
