import type { Company, CompanyPerson, Conversation } from '../../../src/vendors/sandbox.ts';

export const NOW = Date.parse('2026-03-31T12:30:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const createPerson = (firstName: string, refsByVendor: CompanyPerson['refsByVendor']): CompanyPerson => ({
  firstName,
  lastName: 'Doe',
  email: `${firstName.toLowerCase()}@example.com`,
  employeeId: '',
  refsByVendor,
});
const busy = createPerson('Jane', { vonage: '01' });
const idle = createPerson('Ali', { vonage: 'a/b 1' });
const quiet = createPerson('Zoë', { vonage: '1' });
const fresh = createPerson('Jo', { vonage: '007' });

const createConversation = (
  guid: string,
  medium: Conversation['medium'],
  start: number,
  end: number | null,
): Conversation => ({
  guid,
  channelGuid: `channel-${guid}`,
  medium,
  direction: 'Outbound',
  start,
  end,
});
const conversationsByPerson = new Map([
  [
    busy,
    [
      createConversation('old-2', 'Email', NOW - 9 * DAY, NOW - 9 * DAY + 90_999),
      createConversation('long-9', 'Email', NOW - 30 * 60 * MINUTE, NOW - 10 * MINUTE),
      createConversation('short-0', 'Sms', NOW - 26 * 60 * MINUTE, NOW - 25 * 60 * MINUTE),
      createConversation('call-1', 'Phone', NOW - 20 * MINUTE, null),
      createConversation('call-8', 'Phone', NOW - 15 * MINUTE, NOW - 12 * MINUTE),
      createConversation('chat-3', 'Chat', NOW - 5 * MINUTE, null),
    ],
  ],
  [
    idle,
    [
      createConversation('long-4', 'Email', NOW - 300 * MINUTE, NOW - MINUTE),
      createConversation('call-5', 'Phone', NOW - 200 * MINUTE, NOW - 100 * MINUTE - 500),
    ],
  ],
  [quiet, [createConversation('ago-6', 'Chat', NOW - 40 * DAY, NOW - 40 * DAY + MINUTE)]],
]);

export const company: Company = {
  people: [busy, idle, quiet, fresh, createPerson('Kim', {})],
  bots: [],
  shifts: () => [],
  conversations: (person, from, to) =>
    (conversationsByPerson.get(person) ?? []).filter(({ start, end }) => start < to && (end ?? NOW) > from),
  traffic: () => {
    throw new Error('Vonage has no bots');
  },
};
