import type { SandboxResponse } from '../../../src/vendors/sandbox.ts';
import { jsonReply, type RequestHandler, type SentRequest } from '../vendor-harness.ts';

/** The account's configuration. */
export const KORE_ENTRY = {
  name: 'kore-main',
  vendor: 'kore',
  baseUrl: 'https://platform.kore.ai',
  accountId: '63f07d26f04465685df40000',
  streamId: 'st-e19dd469-90f5-5655-b0b2-858de9010000',
  clientId: 'cs-b0233c67-322e-5d1a-9fb7-366e7f5915a7',
  clientSecret: 'a-secret-of-the-client',
} as const;

export interface FakeAgent {
  readonly userId: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly status?: readonly {
    readonly startTime: string;
    readonly endTime: string;
    readonly [name: string]: unknown;
  }[];
}

/** Agent number n, available on some days of May 2024 from 9 to 17 o'clock. */
export function createWorker(n: number, days: readonly number[] = [13, 14, 15]): FakeAgent {
  const status = days.map((day) => ({
    primaryStatus: 'AVAILABLE',
    secondaryStatus: 'AVAILABLE',
    startTime: `2024-05-${String(day).padStart(2, '0')}T09:00:00`,
    endTime: `2024-05-${String(day).padStart(2, '0')}T17:00:00`,
    duration: '08:00:00',
  }));
  return { userId: `u-${n}`, email: `agent${n}@example.com`, status };
}

export const createWorkers = (count: number, days?: readonly number[]): FakeAgent[] =>
  Array.from({ length: count }, (_, n) => createWorker(n, days));

export interface RequestFilter {
  readonly agents?: readonly string[];
  readonly dateFilter: { readonly date?: string; readonly startDate?: string; readonly endDate?: string };
}

export function parseFilter(request: Pick<SentRequest, 'body'>): RequestFilter {
  return (JSON.parse(request.body) as { filter: RequestFilter }).filter;
}

export interface FakeKoreOptions {
  /** Agents a page, whatever the requested limit. */
  readonly pageSize?: number;
  /** The value of `hasMore`, instead of the true one. */
  readonly hasMore?: boolean | 'omitted';
  /** Replaces the page with this number, from 1. */
  readonly overridePage?: (page: number) => SandboxResponse | Record<string, unknown>[] | undefined;
}

/** A Kore account with these agents. */
export function fakeKore(people: readonly FakeAgent[], options: FakeKoreOptions = {}): RequestHandler {
  const pageSize = options.pageSize ?? 50;
  return (request) => {
    const { agents, dateFilter } = parseFilter(request);
    const from = Date.parse(`${dateFilter.date ?? dateFilter.startDate ?? ''}T00:00:00Z`);
    const to = Date.parse(`${dateFilter.date ?? dateFilter.endDate ?? ''}T23:59:59Z`);
    const offset = Number(request.url.searchParams.get('offset'));
    const override = options.overridePage?.(Math.floor(offset / pageSize) + 1);
    if (override && !Array.isArray(override)) return override;

    const requestedEmails = agents && new Set(agents.map((email) => email.toLowerCase()));
    const all = people.filter(({ email }) => !requestedEmails || requestedEmails.has(email.toLowerCase()));
    const data = override ?? all.slice(offset, offset + pageSize).map((person) => toRecord(person, from, to));
    const hasMore = options.hasMore ?? offset + pageSize < all.length;
    return jsonReply({ ...(hasMore !== 'omitted' && { hasMore }), limit: pageSize, offset, data });
  };
}

function toRecord(person: FakeAgent, from: number, to: number): Record<string, unknown> {
  const status = (person.status ?? []).filter(
    ({ startTime, endTime }) =>
      Date.parse(`${startTime}Z`) <= to && (endTime === '-' || Date.parse(`${endTime}Z`) >= from),
  );
  const { userId, email, firstName = 'Some', lastName = 'Body' } = person;
  return { userId, email, firstName, lastName, ...(status.length > 0 && { status }) };
}
