import { gzipSync } from 'node:zlib';
import { conformance } from '../../src/vendors/liveperson/conformance.ts';
import { liveperson } from '../../src/vendors/liveperson/index.ts';
import type { SandboxResponse } from '../../src/vendors/sandbox.ts';
import type { AccountDataSource, DataSourceContext } from '../../src/vendors/vendor.ts';
import { createActivityDocument, type PlainEvent } from './liveperson-documents.ts';
import { connectVendor, jsonReply, type RequestHandler } from './vendor-harness.ts';

export const NOW = Date.parse('2024-05-15T12:20:00Z');
export function instantAt(text: string) {
  return Date.parse(`2024-05-${text}Z`);
}
export const LIST_URL = 'https://va.da.liveperson.net/data_access_le/account/75555851/le/agentActivity';

export interface GeneratedFile {
  readonly name: string;
  readonly generated: number;
  readonly href?: string;
  readonly reply?: SandboxResponse;
  readonly sessions?: Readonly<Record<string, readonly PlainEvent[]>>;
}

export const NO_FILES: SandboxResponse = { status: 404, body: '<html>No Available Files</html>' };

/** A vendor that has generated these files: it lists those of a window and serves them. */
export function createScriptedVendor(files: readonly GeneratedFile[], emptyList = NO_FILES): RequestHandler {
  return ({ url }) => {
    if (url.pathname.endsWith('/agentActivity')) {
      const from = Number(url.searchParams.get('startTime'));
      const to = Number(url.searchParams.get('endTime'));
      const file = files
        .filter(({ generated }) => generated >= from && generated <= to)
        .map(({ name, href }) => ({ '@name': name, '@href': href ?? `${LIST_URL}/${name}.gz` }));
      return file.length === 0 ? emptyList : jsonReply({ dataAccessFiles: { '@id': '28045150', file } });
    }
    const requested = files.find(({ name }) => url.pathname.includes(name));
    if (!requested) return { status: 404 };
    const documents = Object.entries(requested.sessions ?? {}).map(([session, events]) =>
      JSON.stringify(createActivityDocument([{ session, events }])),
    );
    return requested.reply ?? { status: 200, body: gzipSync(documents.join('\n')) };
  };
}

export function loginEvent(time: string): PlainEvent {
  return { type: 3, at: instantAt(time) };
}
export function statusChangeEvent(time: string, state: number, previous: number): PlainEvent {
  return {
    type: 1,
    at: instantAt(time),
    state,
    previous,
  };
}
export function logoutEvent(time: string): PlainEvent {
  return { type: 4, at: instantAt(time) };
}

export const MAY_10 = { from: instantAt('10T00:00:00'), to: instantAt('11T00:00:00') };
export const SHIFT_EVENTS = [
  loginEvent('10T08:00:00'),
  statusChangeEvent('10T08:05:00', 2, 1),
  statusChangeEvent('10T10:00:00', 3, 2),
  statusChangeEvent('10T10:15:00', 2, 3),
  statusChangeEvent('10T12:00:00', 4, 2),
  logoutEvent('10T16:00:00'),
];
export const LATE_FILE = {
  name: 'late',
  generated: instantAt('10T22:00:00'),
  sessions: { '75555851-1': SHIFT_EVENTS.slice(4) },
};
export const THREE_FILES: readonly GeneratedFile[] = [
  LATE_FILE,
  { name: 'middle', generated: instantAt('10T17:00:00'), sessions: { '75555851-1': SHIFT_EVENTS.slice(1, 5) } },
  {
    name: 'early',
    generated: instantAt('10T16:00:00'),
    sessions: { '75555851-1': SHIFT_EVENTS.slice(0, 3).toReversed() },
  },
];

export function connectLivePerson(
  answer: RequestHandler,
  options: { entry?: Record<string, unknown>; ttl?: Record<string, number> } = {},
) {
  const entry = { ...conformance.account, ...options.entry };
  const harness = connectVendor(liveperson, entry, answer, { now: NOW, ttl: options.ttl ?? {} });
  return {
    ...harness,
    open: (scope?: Partial<DataSourceContext>) => harness.createDataSource(scope) as Required<AccountDataSource>,
  };
}

export function formatTime(time: number | null | undefined) {
  return time == null ? null : new Date(time).toISOString().slice(8, 16);
}
