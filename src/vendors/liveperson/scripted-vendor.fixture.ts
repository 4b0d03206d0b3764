import { gzipSync } from 'node:zlib';
import { type Answerer, connectTo, json } from '../../../test/support/vendor-harness.ts';
import type { SandboxReply } from '../sandbox.ts';
import type { QueryScope, Sources } from '../vendor.ts';
import { conformance } from './conformance.ts';
import { activityDocument, type PlainEvent } from './files/documents.fixture.ts';
import { liveperson } from './index.ts';

export const now = Date.parse('2024-05-15T12:20:00Z');
export const at = (text: string) => Date.parse(`2024-05-${text}Z`);
export const base = 'https://va.da.liveperson.net/data_access_le/account/75555851/le/agentActivity';

export interface GeneratedFile {
  readonly name: string;
  readonly generated: number;
  readonly href?: string;
  readonly reply?: SandboxReply;
  readonly sessions?: Readonly<Record<string, readonly PlainEvent[]>>;
}

export const noFiles: SandboxReply = { status: 404, body: '<html>No Available Files</html>' };

/** A vendor that has generated these files: it lists those of the window, and gives them out. */
export function vendorWith(files: readonly GeneratedFile[], empty = noFiles): Answerer {
  return ({ url }) => {
    if (url.pathname.endsWith('/agentActivity')) {
      const from = Number(url.searchParams.get('startTime'));
      const to = Number(url.searchParams.get('endTime'));
      const file = files
        .filter(({ generated }) => generated >= from && generated <= to)
        .map(({ name, href }) => ({ '@name': name, '@href': href ?? `${base}/${name}.gz` }));
      return file.length === 0 ? empty : json({ dataAccessFiles: { '@id': '28045150', file } });
    }
    const asked = files.find(({ name }) => url.pathname.includes(name));
    if (!asked) return { status: 404 };
    const documents = Object.entries(asked.sessions ?? {}).map(([session, events]) =>
      JSON.stringify(activityDocument([{ session, events }])),
    );
    return asked.reply ?? { status: 200, body: gzipSync(documents.join('\n')) };
  };
}

export const login = (time: string): PlainEvent => ({ type: 3, at: at(time) });
export const change = (time: string, state: number, previous: number): PlainEvent => ({
  type: 1,
  at: at(time),
  state,
  previous,
});
export const logout = (time: string): PlainEvent => ({ type: 4, at: at(time) });

export const may10 = { from: at('10T00:00:00'), to: at('11T00:00:00') };
export const shift = [
  login('10T08:00:00'),
  change('10T08:05:00', 2, 1),
  change('10T10:00:00', 3, 2),
  change('10T10:15:00', 2, 3),
  change('10T12:00:00', 4, 2),
  logout('10T16:00:00'),
];
export const late = { name: 'late', generated: at('10T22:00:00'), sessions: { '75555851-1': shift.slice(4) } };
export const threeFiles: readonly GeneratedFile[] = [
  late,
  { name: 'middle', generated: at('10T17:00:00'), sessions: { '75555851-1': shift.slice(1, 5) } },
  { name: 'early', generated: at('10T16:00:00'), sessions: { '75555851-1': shift.slice(0, 3).toReversed() } },
];

export function connect(
  answer: Answerer,
  options: { entry?: Record<string, unknown>; ttl?: Record<string, number> } = {},
) {
  const entry = { ...conformance.account, ...options.entry };
  const harness = connectTo(liveperson, entry, answer, { now, ttl: options.ttl ?? {} });
  return { ...harness, open: (scope?: Partial<QueryScope>) => harness.open(scope) as Required<Sources> };
}

export const clock = (time: number | null | undefined) =>
  time == null ? null : new Date(time).toISOString().slice(8, 16);
