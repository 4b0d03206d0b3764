export type WorkloadName = 'small' | 'page';

export const DAY = '2026-11-20';
const AGENT_COUNT = 50;
const PERIODS_PER_AGENT = 8;
const HOUR_MS = 3_600_000;
const STATUSES = ['AVAILABLE', 'BUSY', 'AWAY'];

export const emails = Array.from({ length: AGENT_COUNT }, (_, index) => `agent-${index}@bench.example`);

function formatTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

function agentRecord(email: string, index: number) {
  const firstAt = Date.parse(`${DAY}T06:00:00Z`) + index * 60_000;
  const status = Array.from({ length: PERIODS_PER_AGENT }, (_, nth) => ({
    primaryStatus: STATUSES[nth % STATUSES.length],
    secondaryStatus: 'On a break for lunch',
    startTime: formatTime(firstAt + nth * HOUR_MS),
    endTime: formatTime(firstAt + (nth + 1) * HOUR_MS),
    duration: '01:00:00',
    reason: null,
  }));
  return { userId: `u-${index}`, firstName: 'Agent', lastName: String(index), email, status };
}

function interaction(nth: number) {
  return { guid: `6f1c9d2e-5b7a-4c1d-9e3f-00000000000${nth}`, start: `${DAY}T09:0${nth}:00Z`, hasEnded: nth > 0 };
}

/** An answer of Vonage with some 300 bytes, and a page of Kore with some 74 kB. */
export const answers: Readonly<Record<WorkloadName, string>> = {
  small: JSON.stringify({ interactions: [interaction(0), interaction(1), interaction(2)] }),
  page: JSON.stringify({ hasMore: false, limit: AGENT_COUNT, offset: 0, data: emails.map(agentRecord) }),
};

export function isWorkload(text: string): text is WorkloadName {
  return text in answers;
}
