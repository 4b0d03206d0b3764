import { gzipSync } from 'node:zlib';
import type { Instant } from '../../../domain/clock.ts';
import type { SandboxWorld } from '../../sandbox.ts';
import { sessionDocuments, type ClosedSession } from './documents.ts';
import { seededRandom, seededInt } from './seeded-random.ts';

/** An activity file: the sessions that were written in the hour from `start`. */
export interface ActivityFile {
  readonly name: string;
  /** The last part of its link: the name, usually with .gz. */
  readonly link: string;
  readonly start: Instant;
  readonly end: Instant;
  /** Its sessions, including copies. */
  readonly sessions: readonly ClosedSession[];
}

const HOUR_MS = 3_600_000;
const RETENTION_MS = 30 * 24 * HOUR_MS;
const MAX_LAG_MS = 5 * HOUR_MS;

/**
 * Lists the files whose hour begins in from ≤ t < to, oldest first. A file is available from the end of its hour for 30 days. An
 * hour without sessions has no file.
 */
export function listFiles(world: SandboxWorld, from: Instant, to: Instant): readonly ActivityFile[] {
  const now = world.now();
  const first = Math.max(from, Math.ceil((now - RETENTION_MS) / HOUR_MS) * HOUR_MS - HOUR_MS);
  const last = Math.min(to, now - HOUR_MS + 1);
  const hours = Map.groupBy(closedSessions(world, first - MAX_LAG_MS, last), hourWritten);
  return [...hours]
    .filter(([hour]) => first <= hour && hour < last)
    .toSorted(([a], [b]) => a - b)
    .flatMap(([hour, sessions]) => filesOfHour(hour, sessions));
}

/** Renders a file: gzip of concatenated JSON, either pretty-printed or one document a line. */
export function renderFile(accountId: string, file: ActivityFile): Buffer {
  const indent = seededInt(2, 'pretty', file.name) === 0 ? 2 : 0;
  const documents = file.sessions.flatMap((session) => sessionDocuments(accountId, session));
  const text = documents.map((document) => `${JSON.stringify(document, null, indent)}\n`).join('');
  // The fake runs in the gateway's process, where time is more expensive than bytes.
  return gzipSync(text, { level: 1 });
}

function closedSessions(world: SandboxWorld, from: Instant, to: Instant): readonly ClosedSession[] {
  if (from >= to) return [];
  return world.company.people
    .filter((person) => person.refsByVendor.liveperson !== undefined)
    .flatMap((person) =>
      world.company
        .shifts(person, from, to)
        .flatMap((shift) => (shift.end === null ? [] : [{ person, shift, end: shift.end }])),
    );
}

/**
 * Returns the hour in which a session is written, once, after it closed: most within two hours, a few later, all within the six
 * hours that the page "Architecture" of the Data Access API at https://developers.liveperson.com allows.
 */
function hourWritten({ shift, end }: ClosedSession): Instant {
  const isLate = seededInt(20, 'late', shift.serial) === 0;
  const lag = (isLate ? 2 + 3 * seededRandom('lag', shift.serial) : 1 + seededRandom('lag', shift.serial)) * HOUR_MS;
  return Math.floor((end + lag) / HOUR_MS) * HOUR_MS;
}

function filesOfHour(hour: Instant, sessions: readonly ClosedSession[]): readonly ActivityFile[] {
  const parts = sessions.length > 1 && seededInt(3, 'parts', hour) > 0 ? 2 : 1;
  const firstPart = parts > 1 ? 0 : seededInt(2, 'part', hour);
  const isLinkedUncompressed = seededInt(4, 'link', hour) === 0;
  // The vendor's own sample has a document twice. Here the copy is in the next part, if the hour has one.
  const isCopied = (session: ClosedSession): boolean => seededInt(4, 'copy', session.shift.serial) === 0;
  return Array.from({ length: parts }, (_, part) => {
    const name = `Agent.${hour}.${hour + HOUR_MS}.part-0000${firstPart + part}-0`;
    return {
      name,
      link: isLinkedUncompressed && part === parts - 1 ? name : `${name}.gz`,
      start: hour,
      end: hour + HOUR_MS,
      sessions: [
        ...sessions.filter((_session, i) => i % parts === part),
        ...sessions.filter((session, i) => (i + 1) % parts === part && isCopied(session)),
      ],
    };
  });
}
