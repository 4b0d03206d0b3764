import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createCompany } from '../../src/sandbox/company.ts';
import { sessionDocuments } from '../../src/vendors/liveperson/sandbox/documents.ts';
import { type ExpectedCounts, countEvents } from './expected.ts';

export const ACCOUNT_ID = '75555851';
const DAY = 86_400_000;
/** A day in the past, so that every shift is over; each file goes back from here as far as its size takes. */
const LAST_DAY = Date.UTC(2026, 10, 20);
const company = createCompany({ now: () => LAST_DAY + 2 * DAY });

const LAYOUTS: Readonly<Record<string, (document: unknown) => string>> = {
  pretty: (document) => `${JSON.stringify(document, null, 2)}\n`,
  'one a line': (document) => `${JSON.stringify(document)}\n`,
  '}{': (document) => JSON.stringify(document),
};

/** The vendor wraps documents in two ways; in one of them the unions of Avro are spelt out. */
const ENVELOPES: Readonly<Record<string, (document: object) => boolean>> = {
  'as in the sample': (document) => !hasWrappedUnions(document),
  'unions spelt out': hasWrappedUnions,
};

function hasWrappedUnions(document: object): boolean {
  return 'metaData' in document && 'com.liveperson.dataaccess.MetaData' in (document.metaData as object);
}

export interface GzipFile {
  readonly kind: string;
  readonly path: string;
  readonly expected: ExpectedCounts;
}

/** Names of all kinds of files: each layout in each envelope. */
export const KINDS: readonly string[] = Object.keys(LAYOUTS).flatMap((layout) =>
  Object.keys(ENVELOPES).map((envelope) => `${layout}, ${envelope}`),
);

/** Writes a file of a kind and about so many bytes inflated. The same every time; no two documents in it are the same. */
export async function writeGzip(folder: string, kind: string, size: number): Promise<GzipFile> {
  const [layout = '', envelope = ''] = kind.split(', ');
  const serialize = LAYOUTS[layout];
  const hasEnvelope = ENVELOPES[envelope];
  if (!serialize || !hasEnvelope) throw new Error(`no such kind of file: ${kind}`);
  const path = join(folder, `${kind.replaceAll(/[^a-z]+/g, '-')}-${size}.gz`);
  const expected = { bytes: 0, documents: 0, events: 0, times: 0 };
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(path));
  for (const document of documents()) {
    if (expected.bytes >= size) break;
    if (!hasEnvelope(document)) continue;
    const bytes = Buffer.from(serialize(document));
    const { events, times } = countEvents(document);
    expected.bytes += bytes.length;
    expected.documents += 1;
    expected.events += events;
    expected.times += times;
    if (!gzip.write(bytes)) await once(gzip, 'drain');
  }
  gzip.end();
  await written;
  return { kind, path, expected };
}

/** What the sandbox's company did, day by day into the past: in all the forms that the vendor is known to tell it in. */
function* documents(): Generator<object> {
  const people = company.people.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined);
  for (let day = LAST_DAY; ; day -= DAY) {
    for (const person of people) {
      for (const shift of company.shifts(person, day, day + DAY)) {
        // A shift that reaches into the next day was told there.
        if (shift.end === null || shift.end >= day + DAY) continue;
        yield* sessionDocuments(ACCOUNT_ID, { person, shift, end: shift.end }) as readonly object[];
      }
    }
  }
}
