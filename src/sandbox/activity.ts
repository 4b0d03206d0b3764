import type { Instant } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Conversation, ShiftStatusChange } from '../vendors/sandbox.ts';
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

/** Fills a shift segment step by step. */
interface ActivityBuilder {
  readonly random: SeededRandom;
  /** Sets a status for about `minutes`, but not beyond the end of the segment; returns the time at which it ends. */
  setStatus(status: ShiftStatusChange['status'], reason: string | null, chats: number, minutes: number): Instant;
  addConversation(medium: Conversation['medium'], start: Instant, end: Instant): void;
  now(): Instant;
}

function takeCall(builder: ActivityBuilder): void {
  const start = builder.now();
  const reason = builder.random.chance(0.1) ? 'Escalation' : null;
  builder.addConversation('Phone', start, builder.setStatus('busy', reason, 0, builder.random.between(3, 14)));
  if (builder.random.chance(0.7)) builder.setStatus('away', 'After call work', 0, builder.random.between(1, 4));
}

/** Chats start one after another and end in the same order. */
function takeChats(builder: ActivityBuilder): void {
  const maxChats = builder.random.between(1, 3);
  const startTimes: Instant[] = [];
  for (let activeChats = 1; activeChats <= maxChats; activeChats += 1) {
    startTimes.push(builder.now());
    builder.setStatus('busy', null, activeChats, builder.random.between(2, 8));
  }
  for (let remainingChats = maxChats - 1; remainingChats >= 0; remainingChats -= 1) {
    builder.addConversation('Chat', startTimes[maxChats - 1 - remainingChats] ?? builder.now(), builder.now());
    if (remainingChats > 0) builder.setStatus('busy', null, remainingChats, builder.random.between(1, 6));
  }
}

function answerMessage(builder: ActivityBuilder): void {
  const start = builder.now();
  const medium = builder.random.pick(['Email', 'Email', 'Sms'] as const);
  builder.addConversation(medium, start, builder.setStatus('busy', null, 0, builder.random.between(6, 18)));
}

function waitForWork(builder: ActivityBuilder): void {
  builder.setStatus('available', null, 0, builder.random.between(1, 9));
  // Vendors report some periods as two equal consecutive ones.
  if (builder.random.chance(0.15)) builder.setStatus('available', null, 0, builder.random.between(1, 5));
}

interface BreakTemplate {
  readonly status: ShiftStatusChange['status'];
  readonly reason: string | null;
  readonly minutes: number;
}

const BREAKS: readonly [BreakTemplate, ...BreakTemplate[]] = [
  { status: 'away', reason: null, minutes: 8 },
  { status: 'away', reason: null, minutes: 12 },
  { status: 'away', reason: 'Training', minutes: 40 },
  { status: 'busy', reason: 'Coaching', minutes: 25 },
  { status: 'busy', reason: 'NBK', minutes: 6 },
];

function takeBreak(builder: ActivityBuilder): void {
  const { status, reason, minutes } = builder.random.pick(BREAKS);
  builder.setStatus(status, reason, 0, builder.random.between(Math.ceil(minutes / 2), minutes));
}

const ACTIVITIES = [
  takeCall,
  takeCall,
  takeCall,
  takeCall,
  takeChats,
  takeChats,
  takeChats,
  answerMessage,
  answerMessage,
  takeBreak,
] as const;

/** Plans what a person does in a shift segment. The numbers of `key` identify the shift and determine the plan. */
export function planActivity(segment: ShiftSegment, key: readonly number[]): PlannedActivity {
  const random = createSeededRandom(...key, segment.segmentIndex, 3);
  const statusChanges: ShiftStatusChange[] = [];
  const conversations: ConversationSlot[] = [];
  // The first status follows the sign-in by a few seconds.
  let at = segment.start + random.between(1 * SECOND, 9 * SECOND);
  const builder: ActivityBuilder = {
    random,
    now: () => at,
    setStatus: (status, reason, chatCount, minutes) => {
      if (at < segment.end) statusChanges.push({ at, status, reason, concurrentChats: chatCount });
      at = Math.min(segment.end, at + minutes * MINUTE + random.between(-30 * SECOND, 30 * SECOND));
      return at;
    },
    addConversation: (medium, start, end) => {
      const direction = random.chance(0.75) ? 'Inbound' : 'Outbound';
      if (start < end) conversations.push({ medium, direction, start, end });
    },
  };
  const lunchAt = segment.start + (segment.end - segment.start) * 0.45;
  let hadLunch = false;
  if (random.chance(0.3)) builder.setStatus('away', 'Login Prep', 0, 2);
  while (at < segment.end) {
    waitForWork(builder);
    if (!hadLunch && at > lunchAt) {
      builder.setStatus('away', 'Lunch', 0, random.between(25, 40));
      hadLunch = true;
      continue;
    }
    random.pick(ACTIVITIES)(builder);
  }
  return { statusChanges, conversations };
}
