import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { systemClock } from '../../src/domain/clock.ts';
import { createEventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import { config } from '../../src/vendors/liveperson/config.ts';
import { createDocumentReaders } from '../../src/vendors/liveperson/files/document-reader.ts';
import { readFile } from '../../src/vendors/liveperson/files/reader.ts';
import { type Counts, countStoredEvents } from './expected.ts';
import { ACCOUNT_ID } from './files.ts';
import { splitDocuments } from './naive-splitter.ts';

/** Prepares the unmeasured part. The returned function is measured; the function that it returns counts the result. */
export type Candidate = (path: string) => Promise<() => Promise<() => Counts | Promise<Counts>>>;

const settings = config.parse({
  name: 'bench',
  vendor: 'liveperson',
  baseUrl: 'https://liveperson.example',
  accountId: ACCOUNT_ID,
  consumerKey: 'none',
  consumerSecret: 'none',
  accessToken: 'none',
  accessTokenSecret: 'none',
});

/** From gzip bytes to the cached content, with the same function that the client passes a download to. */
function createReaderCandidate({ patterns }: { readonly patterns: boolean }): Candidate {
  const createDocumentReader = createDocumentReaders({ patterns });
  return (path) => {
    const yielder = createEventLoopYielder(systemClock);
    const options = { ...settings, maxFileBytes: 2 ** 32, createDocumentReader, yielder };
    const target = { vendor: 'LIVEPERSON', account: 'bench', endpoint: 'file' } as const;
    return Promise.resolve(async () => {
      const content = await readFile(createReadStream(path), options, target);
      const { damage, foreign, malformed } = content.flaws;
      if (damage !== null || foreign + malformed > 0) throw new Error('the file was not read completely');
      return () => countStoredEvents(content, yielder);
    });
  };
}

const inflateOnly: Candidate = (path) =>
  Promise.resolve(async () => {
    let bytes = 0;
    for await (const chunk of createInflateStream(path)) bytes += chunk.length;
    return () => ({ bytes });
  });

/** The documents are inflated, decoded and split before the measurement. */
const parseOnly: Candidate = async (path) => {
  const documents = await Array.fromAsync(splitDocuments(createInflateStream(path)));
  return () => {
    let parsed = 0;
    for (const document of documents) if (typeof JSON.parse(document) === 'object') parsed += 1;
    return Promise.resolve(() => ({ documents: parsed }));
  };
};

const splitAndParse: Candidate = (path) =>
  Promise.resolve(async () => {
    let documents = 0;
    for await (const document of splitDocuments(createInflateStream(path))) {
      if (typeof JSON.parse(document) === 'object') documents += 1;
    }
    return () => ({ documents });
  });

const jq: Candidate = (path) =>
  Promise.resolve(async () => {
    const lines = await runShell('zcat "$0" | jq -c . | wc -l', path);
    return () => ({ documents: Number(lines) });
  });

function createInflateStream(path: string): AsyncIterable<Buffer> {
  return createReadStream(path).pipe(createGunzip());
}

export async function runShell(script: string, argument = ''): Promise<string> {
  const child = spawn('sh', ['-c', script, argument], { stdio: ['ignore', 'pipe', 'ignore'] });
  return (await Array.fromAsync(child.stdout as AsyncIterable<Buffer>)).map(String).join('').trim();
}

export const candidates = {
  'zlib alone': inflateOnly,
  'JSON.parse alone': parseOnly,
  'splitter + parse': splitAndParse,
  'zcat | jq -c': jq,
  reader: createReaderCandidate({ patterns: true }),
  'reader, no patterns': createReaderCandidate({ patterns: false }),
} as const satisfies Record<string, Candidate>;

export type CandidateName = keyof typeof candidates;
