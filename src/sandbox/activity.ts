import type { Instant } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Conversation, ShiftStatusChange } from '../vendors/sandbox.ts';
import type { Duty } from './duty-rota.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import type { ShiftSegment } from './shift-schedule.ts';

/** A planned conversation, with its end, whatever the time is now. */
export interface ConversationSlot {
  readonly medium: Conversation['medium'];
  readonly direction: Conversation['direction'];
  readonly start: Instant;
  readonly end: Instant;
}

export interface PlannedActivity {
  readonly statusChanges: readonly ShiftStatusChange[];
  readonly conversations: readonly ConversationSlot[];
}

/** Which work a person does: calls, or chats and messages. */
export type Skill = 'voice' | 'digital';

/** Fills a shift segment step by step. */
interface ActivityBuilder {
  readonly random: SeededRandom;
  /** Sets a status for a duration, but not beyond the next appointment or the end of the segment; returns when it ends. */
  setStatus(status: ShiftStatusChange['status'], reason: string | null, chats: number, durationMs: number): Instant;
  addConversation(medium: Conversation['medium'], start: Instant, end: Instant): void;
  now(): Instant;
}

function takeCall(builder: ActivityBuilder): void {
  const start = builder.now();
  const reason = builder.random.chance(0.08) ? 'Escalation' : null;
  builder.addConversation('Phone', start, builder.setStatus('busy', reason, 0, callDuration(builder.random)));
  if (builder.random.chance(0.9)) {
    builder.setStatus('away', 'After call work', 0, builder.random.between(10 * SECOND, 60 * SECOND));
  }
}

/** Most calls are short, a few are long. */
function callDuration(random: SeededRandom): number {
  return random.chance(0.1)
    ? random.between(6 * MINUTE, 14 * MINUTE)
    : random.between(30 * SECOND, 2 * MINUTE) + random.between(0, 90 * SECOND);
}

/** Chats start one after another and end in the same order. */
function takeChats(builder: ActivityBuilder): void {
  const maxChats = builder.random.between(1, 3);
  const startTimes: Instant[] = [];
  for (let activeChats = 1; activeChats <= maxChats; activeChats += 1) {
    startTimes.push(builder.now());
    builder.setStatus('busy', null, activeChats, builder.random.between(30 * SECOND, 2 * MINUTE));
  }
  for (let remainingChats = maxChats - 1; remainingChats >= 0; remainingChats -= 1) {
    builder.addConversation('Chat', startTimes[maxChats - 1 - remainingChats] ?? builder.now(), builder.now());
    if (remainingChats > 0) {
      builder.setStatus('busy', null, remainingChats, builder.random.between(30 * SECOND, 2 * MINUTE));
    }
  }
}

function answerMessage(builder: ActivityBuilder): void {
  const start = builder.now();
  const medium = builder.random.pick(['Email', 'Email', 'Sms'] as const);
  const end = builder.setStatus('busy', null, 0, builder.random.between(90 * SECOND, 6 * MINUTE));
  builder.addConversation(medium, start, end);
}

function waitForWork(builder: ActivityBuilder): void {
  const { random } = builder;
  builder.setStatus('available', null, 0, random.between(8 * SECOND, 45 * SECOND) + random.between(0, 45 * SECOND));
  // Vendors report some periods as two equal consecutive ones.
  if (random.chance(0.1)) builder.setStatus('available', null, 0, random.between(20 * SECOND, 3 * MINUTE));
}

interface BreakTemplate {
  readonly status: ShiftStatusChange['status'];
  readonly reason: string | null;
  readonly minutes: number;
}

const BREAKS: readonly [BreakTemplate, ...BreakTemplate[]] = [
  { status: 'away', reason: null, minutes: 6 },
  { status: 'away', reason: null, minutes: 10 },
  { status: 'away', reason: 'Break', minutes: 15 },
  { status: 'away', reason: 'Training', minutes: 40 },
  { status: 'busy', reason: 'Coaching', minutes: 25 },
  { status: 'busy', reason: 'NBK', minutes: 6 },
];

function takeBreak(builder: ActivityBuilder): void {
  const { status, reason, minutes } = builder.random.pick(BREAKS);
  builder.setStatus(status, reason, 0, builder.random.between((minutes * MINUTE) / 2, minutes * MINUTE));
}

type Activity = (builder: ActivityBuilder) => void;

const ACTIVITIES: Readonly<Record<Skill, readonly (readonly [activity: Activity, perHundred: number])[]>> = {
  voice: [
    [takeCall, 86],
    [takeChats, 4],
    [answerMessage, 7],
    [takeBreak, 3],
  ],
  digital: [
    [takeCall, 10],
    [takeChats, 64],
    [answerMessage, 22],
    [takeBreak, 4],
  ],
};

function pickActivity(random: SeededRandom, skill: Skill): Activity {
  let remaining = random.between(0, 99);
  for (const [activity, perHundred] of ACTIVITIES[skill]) {
    if (remaining < perHundred) return activity;
    remaining -= perHundred;
  }
  return takeCall;
}

/** What is fixed before chance fills the time between. */
type Appointment = Omit<Duty, 'kind'> & { readonly kind: Duty['kind'] | 'lunch' };

function listAppointments({ lunch }: ShiftSegment, duties: readonly Duty[]): readonly Appointment[] {
  const lunches: Appointment[] = lunch ? [{ kind: 'lunch', start: lunch.from, end: lunch.to }] : [];
  return [...duties, ...lunches].sort((a, b) => a.start - b.start);
}

function keepAppointment(builder: ActivityBuilder, { kind, end }: Appointment): void {
  const start = builder.now();
  if (kind === 'lunch') builder.setStatus('away', 'Lunch', 0, end - start);
  else if (kind === 'available') builder.setStatus('available', null, 0, end - start);
  else if (kind === 'away') builder.setStatus('away', builder.random.pick([null, 'Break']), 0, end - start);
  else builder.addConversation('Phone', start, builder.setStatus('busy', null, 0, end - start));
}

interface Draft {
  readonly statusChanges: ShiftStatusChange[];
  readonly conversations: ConversationSlot[];
  readonly builder: ActivityBuilder;
  /** Sets what the next status must not go beyond. */
  readonly limit: (instant: Instant) => void;
}

function createDraft(segment: ShiftSegment, random: SeededRandom): Draft {
  const statusChanges: ShiftStatusChange[] = [];
  const conversations: ConversationSlot[] = [];
  // The first status follows the sign-in by a few seconds.
  let at = segment.start + random.between(1 * SECOND, 9 * SECOND);
  let limit = segment.end;
  return {
    statusChanges,
    conversations,
    limit: (instant) => {
      limit = instant;
    },
    builder: {
      random,
      now: () => at,
      setStatus: (status, reason, chatCount, durationMs) => {
        if (at < limit) statusChanges.push({ at, status, reason, concurrentChats: chatCount });
        at = Math.max(at, Math.min(limit, at + Math.round(durationMs)));
        return at;
      },
      addConversation: (medium, start, end) => {
        const direction = random.chance(0.75) ? 'Inbound' : 'Outbound';
        if (start < end) conversations.push({ medium, direction, start, end });
      },
    },
  };
}

export interface ActivityPlan {
  readonly segment: ShiftSegment;
  readonly skill: Skill;
  readonly duties: readonly Duty[];
  /** Numbers that identify the shift and determine the plan. */
  readonly key: readonly number[];
}

/** Plans what a person does in a shift segment: their duties and lunch, and between them what chance brings. */
export function planActivity({ segment, skill, duties, key }: ActivityPlan): PlannedActivity {
  const random = createSeededRandom(...key, segment.segmentIndex, 3);
  const { builder, statusChanges, conversations, limit } = createDraft(segment, random);
  const appointments = listAppointments(segment, duties);
  limit(appointments[0]?.start ?? segment.end);
  if (random.chance(0.3)) builder.setStatus('away', 'Login Prep', 0, 2 * MINUTE);
  for (const appointment of [...appointments, null]) {
    const until = appointment?.start ?? segment.end;
    limit(until);
    while (builder.now() < until) {
      waitForWork(builder);
      pickActivity(random, skill)(builder);
    }
    if (!appointment) break;
    limit(appointment.end);
    keepAppointment(builder, appointment);
  }
  return { statusChanges, conversations };
}
