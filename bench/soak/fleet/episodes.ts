import type { InjectedFault } from '../../../src/sandbox/faults.ts';

/** Something that goes wrong for a while. */
export interface Episode {
  /** A vendor's key, `redis`, or `clocks`. */
  readonly target: string;
  readonly name: string;
  /** Seconds of a run of six minutes; a longer run stretches them. */
  readonly from: number;
  readonly to: number;
  /** Absent: Redis is killed, or the clocks are set. */
  readonly fault?: InjectedFault;
}

/** The seconds that the episodes are written for. */
export const SCRIPT_SECONDS = 360;

/**
 * The vendors fail in turns, each in another way and twice, so that each also has time without a failure. Kore's first outage is
 * longer than values may be stale.
 */
export const EPISODES: readonly Episode[] = [
  { target: 'kore', name: 'connections dropped', from: 30, to: 90, fault: { kind: 'down' } },
  { target: 'vonage', name: '503', from: 95, to: 115, fault: { status: 503 } },
  { target: 'redis', name: 'killed', from: 125, to: 150 },
  { target: 'liveperson', name: 'no answer', from: 155, to: 185, fault: { kind: 'hang' } },
  { target: 'avaamo', name: 'HTML pages', from: 165, to: 190, fault: { kind: 'html' } },
  { target: 'clocks', name: 'set', from: 195, to: 195 },
  { target: 'vonage', name: '429 with Retry-After', from: 220, to: 235, fault: { retryAfter: 3 } },
  { target: 'redis', name: 'killed again', from: 240, to: 255 },
  { target: 'kore', name: 'malformed bodies', from: 245, to: 265, fault: { kind: 'malformed' } },
  { target: 'liveperson', name: 'bodies cut off', from: 270, to: 290, fault: { kind: 'cut' } },
  { target: 'avaamo', name: '503', from: 275, to: 295, fault: { status: 503 } },
];

/** When an episode was under way, in real time; `to` is Infinity until it ends. */
export interface EpisodeSpan {
  readonly target: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A record of what has gone wrong so far. */
export interface EpisodeLog {
  /** Records the start; the returned function records the end. */
  readonly begin: (target: string, name: string) => () => void;
  readonly spans: () => readonly EpisodeSpan[];
  /** The episodes of a target that can have an effect between two moments: until `recoveryMs` after their end. */
  readonly affecting: (target: string, from: number, to: number, recoveryMs: number) => readonly EpisodeSpan[];
}

export function createEpisodeLog(now: () => number): EpisodeLog {
  const spans: EpisodeSpan[] = [];
  return {
    begin(target, name) {
      const index = spans.push({ target, name, from: now(), to: Infinity }) - 1;
      return () => {
        const span = spans[index];
        if (span) spans[index] = { ...span, to: now() };
      };
    },
    spans: () => spans,
    affecting: (target, from, to, recoveryMs) =>
      spans.filter((span) => span.target === target && span.from <= to && from <= span.to + recoveryMs),
  };
}
