import { expect, test } from '@jest/globals';
import { createCompany } from './company.ts';

const DAY = 24 * 60 * 60_000;
const FROM = Date.UTC(2024, 0, 1);

test('gives a colleague who joins a call the same conversation on another channel', () => {
  const now = FROM + 3 * DAY;
  const company = createCompany({ now: () => now });
  const channels = new Map<string, Set<string>>();
  for (const person of company.people) {
    for (const conversation of company.conversations(person, FROM, now)) {
      channels.set(conversation.guid, (channels.get(conversation.guid) ?? new Set()).add(conversation.channelGuid));
    }
  }
  expect([...channels.values()].some((own) => own.size === 2)).toBe(true);
});
