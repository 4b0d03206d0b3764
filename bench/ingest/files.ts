import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createCompany } from '../../src/sandbox/company.ts';
import { sessionDocuments } from '../../src/vendors/liveperson/sandbox/documents.ts';
import { countEvents, type ExpectedCounts } from './expected.ts';

export const ACCOUNT_ID = '75555851';
const DAY = 86_400_000;
/** A day in the past, so that every shift is over. Each file goes back from here as far as its size requires. */
const LAST_DAY = Date.UTC(2026, 10, 20);
const company = createCompany({ now: () => LAST_DAY + 2 * DAY });

const LAYOUTS: Readonly<Record<string, (document: unknown) => string>> = {
  pretty: (document) => `${JSON.stringify(document, null, 2)}\n`,
  'one per line': (document) => `${JSON.stringify(document)}\n`,
  '}{': (document) => JSON.stringify(document),
};

/** The vendor uses two envelopes; in one of them Avro unions are wrapped in their type name. */
const ENVELOPES: Readonly<Record<string, (document: object) => boolean>> = {
  'as in the sample': (document) => !hasWrappedUnions(document),
  'wrapped unions': hasWrappedUnions,
};

function hasWrappedUnions(document: object): boolean {
  return 'metaData' in document && 'com.liveperson.dataaccess.MetaData' in (document.metaData as object);
}

export interface GzipFile {
  readonly kind: string;
  readonly path: string;
  readonly expected: ExpectedCounts;
}

/** The names of all kinds of files: each layout with each envelope. */
export const KINDS: readonly string[] = Object.keys(LAYOUTS).flatMap((layout) =>
  Object.keys(ENVELOPES).map((envelope) => `${layout}, ${envelope}`),
);

/** Writes a file of a kind with about `size` inflated bytes. It is the same in every run, and no two documents are equal. */
export async function writeGzip(folder: string, kind: string, size: number): Promise<GzipFile> {
  const [layout = '', envelope = ''] = kind.split(', ');
  const serialize = LAYOUTS[layout];
  const hasEnvelope = ENVELOPES[envelope];
  if (!serialize || !hasEnvelope) throw new Error(`unknown kind of file: ${kind}`);
  const path = join(folder, `${kind.replaceAll(/[^a-z]+/g, '-')}-${size}.gz`);
  const expected = { bytes: 0, documents: 0, events: 0, timeChecksum: 0 };
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(path));
  for (const document of documents()) {
    if (expected.bytes >= size) break;
    if (!hasEnvelope(document)) continue;
    const bytes = Buffer.from(serialize(document));
    const { events, timeChecksum } = countEvents(document);
    expected.bytes += bytes.length;
    expected.documents += 1;
    expected.events += events;
    expected.timeChecksum += timeChecksum;
    if (!gzip.write(bytes)) await once(gzip, 'drain');
  }
  gzip.end();
  await written;
  return { kind, path, expected };
}

/** The activity of the sandbox's company, day by day into the past, in all known document formats of the vendor. */
function* documents(): Generator<object> {
  const people = company.people.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined);
  for (let day = LAST_DAY; ; day -= DAY) {
    for (const person of people) {
      for (const shift of company.shifts(person, day, day + DAY)) {
        // A shift that reaches into the next day is part of that day.
        if (shift.end === null || shift.end >= day + DAY) continue;
        yield* sessionDocuments(ACCOUNT_ID, { person, shift, end: shift.end }) as readonly object[];
      }
    }
  }
}
