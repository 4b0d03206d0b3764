import { useState } from 'preact/hooks';
import { useNow } from '../hooks/use-now.ts';
import { STATUS_NAMES } from '../model/status-order.ts';
import {
  type Lane,
  mainLane,
  type Segment,
  type StripPeriod,
  todayAxis,
  toLanes,
  unknownPart,
} from '../model/strip.ts';
import { formatDuration } from '../text/durations.ts';
import { formatTime } from '../text/times.ts';
import { toFinerLabel } from '../text/words.ts';

interface StripProps {
  readonly periods: readonly StripPeriod[];
  /** The account that reports the current status; its periods are shown, those of the others only where `showsAll`. */
  readonly account: string | null;
  readonly showsAll: boolean;
  /** Whether the end may be missing: drawn hatched. */
  readonly isStale: boolean;
  /** The last instant that is known, null for none; what follows is hatched where the strip is stale. */
  readonly knownUntil: number | null;
  /** The segment that the keyboard has chosen, counted from the last one; null: none. */
  readonly chosen: number | null;
}

const MINUTE_MS = 60_000;

/** Today as coloured segments on the common time axis. */
export function Strip({ periods, account, showsAll, isStale, knownUntil, chosen }: StripProps) {
  const now = useNow(MINUTE_MS);
  const axis = todayAxis(now);
  const [hovered, setHovered] = useState<Segment | null>(null);
  const all = toLanes(periods, axis, now);
  const lanes = showsAll ? all : mainLane(all, account);
  const share = (at: number) => ((at - axis.from) / (axis.to - axis.from)) * 100;
  const active = hovered ?? findChosen(lanes, chosen);
  const unknown = isStale ? unknownPart(knownUntil, axis, now) : null;
  return (
    <div class="strip">
      <svg class="strip-lanes" width="100%" height="100%" aria-hidden="true" focusable="false">
        {lanes.map((lane, index) => (
          <LaneOf
            key={lane.account}
            lane={lane}
            index={index}
            count={lanes.length}
            active={active}
            onHover={setHovered}
          />
        ))}
        {unknown && (
          <rect class="hatch" fill="url(#hatch)" x={percent(unknown.x)} width={percent(unknown.width)} height="100%" />
        )}
        <line class="now-line" x1={percent(share(now))} x2={percent(share(now))} y1="-10%" y2="110%" />
      </svg>
      {active && <SegmentTip segment={active} now={now} />}
    </div>
  );
}

interface LaneProps {
  readonly lane: Lane;
  readonly index: number;
  readonly count: number;
  readonly active: Segment | null;
  readonly onHover: (segment: Segment | null) => void;
}

/** The less available, the lower a segment: readable without colour. */
const HEIGHTS = { AVAILABLE: 1, BUSY: 0.72, AWAY: 0.44, OFFLINE: 0.14, UNKNOWN: 0.28 } as const;

function LaneOf({ lane, index, count, active, onHover }: LaneProps) {
  const height = 100 / count;
  const gap = count > 1 ? 4 : 0;
  return (
    <g>
      {lane.segments.map((segment) => {
        const own = (height - gap) * HEIGHTS[segment.status];
        return (
          <rect
            key={segment.id}
            class={`segment fill--${segment.status.toLowerCase()}${active?.id === segment.id ? ' is-active' : ''}`}
            x={percent(segment.x)}
            width={percent(segment.width)}
            y={percent((index + 1) * height - own)}
            height={percent(own)}
            onPointerEnter={() => {
              onHover(segment);
            }}
            onPointerLeave={() => {
              onHover(null);
            }}
          />
        );
      })}
    </g>
  );
}

function SegmentTip({ segment, now }: { readonly segment: Segment; readonly now: number }) {
  const { status, label, start, end, account, x, width, isOpen } = segment;
  const finer = toFinerLabel(label, status);
  return (
    <div class={`tip${x + width / 2 > 60 ? ' tip--left' : ''}`} role="status" style={{ left: `${x + width / 2}%` }}>
      <strong>{STATUS_NAMES[status]}</strong>
      {finer !== null && ` · ${finer}`}
      <br />
      {formatTime(start)} – {isOpen || end === null ? 'now' : formatTime(end)} · {formatDuration((end ?? now) - start)}{' '}
      · {account}
    </div>
  );
}

function findChosen(lanes: readonly Lane[], chosen: number | null): Segment | null {
  if (chosen === null) return null;
  const segments = lanes.flatMap((lane) => lane.segments).sort((a, b) => a.start - b.start);
  return segments.at(-1 - chosen) ?? null;
}

function percent(share: number): string {
  return `${share.toFixed(3)}%`;
}
