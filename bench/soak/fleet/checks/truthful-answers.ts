import { createTimeline, toWholeSecond } from '../timeline.ts';
import type { Answer, CheckContext } from './answer.ts';
import type { ReportData, ReportDays } from './report.ts';
import type { WallboardAgent, WallboardData } from './wallboard.ts';

/** Answers without any fault, for the tests of the checks: each plants one and expects it to be found. */

/** A Friday morning. */
export const NOW = Date.parse('2026-11-20T09:30:00.500Z');
/** When the vendors were asked. */
export const OBSERVED_AT = NOW - 5000;
const DAY_MS = 86_400_000;
const SOURCES = { kore: 'kore-main', vonage: 'vcc', liveperson: 'lp', avaamo: 'bots' } as const;

export const timeline = createTimeline(NOW, NOW + 600_000);

/** A context in which the vendors of these accounts fail. */
export function contextWith(failing: readonly string[] = []): CheckContext {
  return {
    timeline,
    isAffected: (account) => failing.includes(account),
    secrets: ['a-vendor-secret'],
    ttlMs: { statuses: 15_000, interactions: 10_000 },
    staleIfErrorMs: 30_000,
    maxFetchMs: 12_000,
  };
}

export function toAnswer<Data>(data: Data, changes: Partial<Answer<Data>> = {}): Answer<Data> {
  return {
    sentAt: NOW,
    receivedAt: NOW + 50,
    shiftMs: 0,
    status: 200,
    text: JSON.stringify({ data }),
    maxAge: 10,
    data,
    errors: [],
    omittedErrors: 0,
    ...changes,
  };
}

function okSource(vendor: keyof typeof SOURCES) {
  const sources = [
    {
      account: { name: SOURCES[vendor] },
      outcome: 'OK',
      fetchedAt: new Date(OBSERVED_AT).toISOString(),
      error: null,
    },
  ];
  return { complete: true, sources };
}

export function wallboardData(): WallboardData {
  const people = timeline.people.map((person): WallboardAgent => {
    const { email, firstName, lastName, refsByVendor } = person;
    const [status = null] = timeline.statuses(person, OBSERVED_AT, OBSERVED_AT);
    const [guids = []] = timeline.interactions(person, OBSERVED_AT, OBSERVED_AT);
    return {
      id: `agent ${email}`,
      email,
      name: `${firstName} ${lastName}`,
      presence:
        refsByVendor.kore === undefined
          ? null
          : {
              ...okSource('kore'),
              observedAt: new Date(OBSERVED_AT).toISOString(),
              status: status && {
                id: `status ${email}`,
                vendorStatus: status.status,
                start: new Date(toWholeSecond(status.start)).toISOString(),
              },
            },
      latestInteractions:
        refsByVendor.vonage === undefined
          ? null
          : { ...okSource('vonage'), nodes: guids.map((guid) => ({ id: `interaction ${guid}`, guid })) },
    };
  });
  const bots = timeline.bots.map(({ name }) => ({
    id: `agent ${name}`,
    name,
    email: null,
    presence: null,
    latestInteractions: null,
  }));
  const nodes = [...people, ...bots];
  return { agents: { ...okSource('kore'), totalCount: nodes.length, nodes } };
}

export function reportData({ day, settledDay }: ReportDays): ReportData {
  const people = timeline.people.map((person) => ({
    email: person.email,
    name: null,
    accounts: ['KORE', 'LIVEPERSON'].map((vendor) => ({ account: { vendor } })),
    statusPeriods:
      person.refsByVendor.kore === undefined
        ? null
        : {
            ...okSource('kore'),
            nodes: timeline
              .statusStarts(person, day, day + DAY_MS)
              .map((start) => ({ start: new Date(start).toISOString() })),
          },
    sessions:
      person.refsByVendor.liveperson === undefined
        ? null
        : { ...okSource('liveperson'), totalCount: timeline.sessionCount(person, settledDay, settledDay + DAY_MS) },
    usageStats: null,
  }));
  const bots = timeline.bots.map((bot) => ({
    name: bot.name,
    email: null,
    accounts: [{ account: { vendor: 'AVAAMO' } }],
    statusPeriods: null,
    sessions: null,
    usageStats: { ...okSource('avaamo'), current: { messagesCount: timeline.messageCount(bot, day, day + DAY_MS) } },
  }));
  return { agents: { nodes: [...people, ...bots] } };
}
