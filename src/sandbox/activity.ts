import type { Instant } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Conversation, ShiftStatusChange } from '../vendors/sandbox.ts';
import { type SeededRandom, createSeededRandom } from './seeded-random.ts';
import type { ShiftSegment } from './shift-schedule.ts';

/** A conversation as planned; it always comes to its end. */
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

/** The means by which a stretch of work is filled, step by step. */
interface ActivityBuilder {
  readonly random: SeededRandom;
  /** Turns to something for so long, but not beyond the end of the stint; answers when that is over. */
  setStatus(status: ShiftStatusChange['status'], reason: string | null, chats: number, minutes: number): Instant;
  addConversation(medium: Conversation['medium'], start: Instant, end: Instant): void;
  now(): Instant;
}

const takeCall = (builder: ActivityBuilder): void => {
  const start = builder.now();
  const reason = builder.random.chance(0.1) ? 'Escalation' : null;
  builder.addConversation('Phone', start, builder.setStatus('busy', reason, 0, builder.random.between(3, 14)));
  if (builder.random.chance(0.7)) builder.setStatus('away', 'After call work', 0, builder.random.between(1, 4));
};

/** One chat after another comes in, then they end in the order in which they came. */
const takeChats = (builder: ActivityBuilder): void => {
  const maxChats = builder.random.between(1, 3);
  const startTimes: Instant[] = [];
  for (let activeChats = 1; activeChats <= maxChats; activeChats += 1) {
    startTimes.push(builder.now());
    builder.setStatus('busy', null, activeChats, builder.random.between(2, 8));
  }
  for (let going = maxChats - 1; going >= 0; going -= 1) {
    builder.addConversation('Chat', startTimes[maxChats - 1 - going] ?? builder.now(), builder.now());
    if (going > 0) builder.setStatus('busy', null, going, builder.random.between(1, 6));
  }
};

const answerMessage = (builder: ActivityBuilder): void => {
  const start = builder.now();
  const medium = builder.random.pick(['Email', 'Email', 'Sms'] as const);
  builder.addConversation(medium, start, builder.setStatus('busy', null, 0, builder.random.between(6, 18)));
};

const waitForWork = (builder: ActivityBuilder): void => {
  builder.setStatus('available', null, 0, builder.random.between(1, 9));
  // Vendors report some stretches as two that are alike.
  if (builder.random.chance(0.15)) builder.setStatus('available', null, 0, builder.random.between(1, 5));
};

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

const takeBreak = (builder: ActivityBuilder): void => {
  const { status, reason, minutes } = builder.random.pick(BREAKS);
  builder.setStatus(status, reason, 0, builder.random.between(Math.ceil(minutes / 2), minutes));
};

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

/** What a person does in a stint, as planned: `key` tells it from all others, and decides it. */
export const planActivity = (segment: ShiftSegment, key: readonly number[]): PlannedActivity => {
  const random = createSeededRandom(...key, segment.segmentIndex, 3);
  const statusChanges: ShiftStatusChange[] = [];
  const conversations: ConversationSlot[] = [];
  // Nobody has a status in the very moment of signing in.
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
};
