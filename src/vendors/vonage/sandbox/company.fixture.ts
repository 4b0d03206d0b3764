import type { Company, Conversation, Person } from '../../sandbox.ts';

export const NOW = Date.parse('2026-03-31T12:30:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const someone = (firstName: string, seats: Person['seats']): Person => ({
  firstName,
  lastName: 'Doe',
  email: `${firstName.toLowerCase()}@example.com`,
  employeeId: '',
  seats,
});
const busy = someone('Jane', { vonage: '01' });
const idle = someone('Ali', { vonage: 'a/b 1' });
const quiet = someone('Zoë', { vonage: '1' });
const fresh = someone('Jo', { vonage: '007' });

const talk = (guid: string, medium: Conversation['medium'], start: number, end: number | null): Conversation => ({
  guid,
  channelGuid: `channel-${guid}`,
  medium,
  direction: 'Outbound',
  start,
  end,
});
const talks = new Map([
  [
    busy,
    [
      talk('old-2', 'Email', NOW - 9 * DAY, NOW - 9 * DAY + 90_999),
      talk('long-9', 'Email', NOW - 30 * 60 * MINUTE, NOW - 10 * MINUTE),
      talk('short-0', 'Sms', NOW - 26 * 60 * MINUTE, NOW - 25 * 60 * MINUTE),
      talk('call-1', 'Phone', NOW - 20 * MINUTE, null),
      talk('call-8', 'Phone', NOW - 15 * MINUTE, NOW - 12 * MINUTE),
      talk('chat-3', 'Chat', NOW - 5 * MINUTE, null),
    ],
  ],
  [
    idle,
    [
      talk('long-4', 'Email', NOW - 300 * MINUTE, NOW - MINUTE),
      talk('call-5', 'Phone', NOW - 200 * MINUTE, NOW - 100 * MINUTE - 500),
    ],
  ],
  [quiet, [talk('ago-6', 'Chat', NOW - 40 * DAY, NOW - 40 * DAY + MINUTE)]],
]);

export const company: Company = {
  people: [busy, idle, quiet, fresh, someone('Kim', {})],
  bots: [],
  shifts: () => [],
  conversations: (person, from, to) =>
    (talks.get(person) ?? []).filter(({ start, end }) => start < to && (end ?? NOW) > from),
  traffic: () => {
    throw new Error('Vonage knows no bots');
  },
};
