import type { Instant } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Conversation, Move } from '../vendors/sandbox.ts';
import { type Dice, diceFor } from './dice.ts';
import type { Stint } from './rota.ts';

/** A conversation as planned; it always comes to its end. */
export interface Talk {
  readonly medium: Conversation['medium'];
  readonly direction: Conversation['direction'];
  readonly start: Instant;
  readonly end: Instant;
}

export interface Work {
  readonly moves: readonly Move[];
  readonly talks: readonly Talk[];
}

/** The means by which a stretch of work is filled, step by step. */
interface Desk {
  readonly dice: Dice;
  /** Turns to something for so long, but not beyond the end of the stint; answers when that is over. */
  turn(status: Move['status'], reason: string | null, chats: number, minutes: number): Instant;
  talk(medium: Conversation['medium'], start: Instant, end: Instant): void;
  now(): Instant;
}

const call = (desk: Desk): void => {
  const start = desk.now();
  const reason = desk.dice.chance(0.1) ? 'Escalation' : null;
  desk.talk('Phone', start, desk.turn('busy', reason, 0, desk.dice.between(3, 14)));
  if (desk.dice.chance(0.7)) desk.turn('away', 'After call work', 0, desk.dice.between(1, 4));
};

/** One chat after another comes in, then they end in the order in which they came. */
const chats = (desk: Desk): void => {
  const most = desk.dice.between(1, 3);
  const began: Instant[] = [];
  for (let going = 1; going <= most; going += 1) {
    began.push(desk.now());
    desk.turn('busy', null, going, desk.dice.between(2, 8));
  }
  for (let going = most - 1; going >= 0; going -= 1) {
    desk.talk('Chat', began[most - 1 - going] ?? desk.now(), desk.now());
    if (going > 0) desk.turn('busy', null, going, desk.dice.between(1, 6));
  }
};

const message = (desk: Desk): void => {
  const start = desk.now();
  const medium = desk.dice.pick(['Email', 'Email', 'Sms'] as const);
  desk.talk(medium, start, desk.turn('busy', null, 0, desk.dice.between(6, 18)));
};

const wait = (desk: Desk): void => {
  desk.turn('available', null, 0, desk.dice.between(1, 9));
  // Vendors report some stretches as two that are alike.
  if (desk.dice.chance(0.15)) desk.turn('available', null, 0, desk.dice.between(1, 5));
};

interface Pause {
  readonly status: Move['status'];
  readonly reason: string | null;
  readonly minutes: number;
}

const PAUSES: readonly [Pause, ...Pause[]] = [
  { status: 'away', reason: null, minutes: 8 },
  { status: 'away', reason: null, minutes: 12 },
  { status: 'away', reason: 'Training', minutes: 40 },
  { status: 'busy', reason: 'Coaching', minutes: 25 },
  { status: 'busy', reason: 'NBK', minutes: 6 },
];

const pause = (desk: Desk): void => {
  const { status, reason, minutes } = desk.dice.pick(PAUSES);
  desk.turn(status, reason, 0, desk.dice.between(Math.ceil(minutes / 2), minutes));
};

const TASKS = [call, call, call, call, chats, chats, chats, message, message, pause] as const;

/** What a person does in a stint, as planned: `key` tells it from all others, and decides it. */
export const workday = (stint: Stint, key: readonly number[]): Work => {
  const dice = diceFor(...key, stint.part, 3);
  const moves: Move[] = [];
  const talks: Talk[] = [];
  // Nobody has a status in the very moment of signing in.
  let at = stint.start + dice.between(1 * SECOND, 9 * SECOND);
  const desk: Desk = {
    dice,
    now: () => at,
    turn: (status, reason, chatCount, minutes) => {
      if (at < stint.end) moves.push({ at, status, reason, chats: chatCount });
      at = Math.min(stint.end, at + minutes * MINUTE + dice.between(-30 * SECOND, 30 * SECOND));
      return at;
    },
    talk: (medium, start, end) => {
      const direction = dice.chance(0.75) ? 'Inbound' : 'Outbound';
      if (start < end) talks.push({ medium, direction, start, end });
    },
  };
  const lunchAt = stint.start + (stint.end - stint.start) * 0.45;
  let hadLunch = false;
  if (dice.chance(0.3)) desk.turn('away', 'Login Prep', 0, 2);
  while (at < stint.end) {
    wait(desk);
    if (!hadLunch && at > lunchAt) {
      desk.turn('away', 'Lunch', 0, dice.between(25, 40));
      hadLunch = true;
      continue;
    }
    dice.pick(TASKS)(desk);
  }
  return { moves, talks };
};
