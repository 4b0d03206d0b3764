import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';

export interface InflateLimits {
  /** The most bytes that may come out, or go in: some go in and never come out. */
  readonly maxBytes: number;
  /** How many times its size a file may unfold to, once it is large. */
  readonly maxRatio: number;
}

/** Activity data shrinks to a thirtieth; a bomb of zeros to a thousandth. */
export const MAX_INFLATE_RATIO = 200;

/** Up to here a file is harmless whatever its ratio. */
const MIN_RATIO_CHECK_BYTES = 16 * 1024 * 1024;

/** So much compressed data is unfolded at a time: it bounds what a thousandfold piece can amount to. */
const INPUT_STEP_BYTES = 16 * 1024;

/** What such a piece commonly unfolds to: with less room, zlib would have to be woken again and again. */
const OUTPUT_BUFFER_BYTES = 512 * 1024;

/** No piece that is handed out is longer, so that whoever reads them can pause between. */
const MAX_CHUNK_BYTES = 128 * 1024;

/** The end of a gzip member: checksum and length. */
const GZIP_TRAILER_BYTES = 8;

export type Damage = 'truncated' | 'corrupt' | 'too_large' | 'zip';

/** Why the bytes of a file are not what they should be. What came before the damage has been handed out. */
export class CorruptFileError extends Error {
  override readonly name = 'CorruptFileError';
  readonly damage: Damage;

  constructor(damage: Damage) {
    super(`The file is damaged: ${damage}`);
    this.damage = damage;
  }
}

/**
 * The bytes of a file as they were before compression, as they come. Names say nothing (the vendor's documents show `.gz`,
 * no `.gz`, and speak of ".zip format"), so the first bytes decide: gzip in one or several members, gzip within gzip (a file
 * that a proxy compressed again), or plain text. Throws a DamagedFile at the first thing wrong, a missing end included.
 */
export async function* inflate(body: AsyncIterable<Buffer>, limits: InflateLimits): AsyncGenerator<Buffer> {
  const totals = { raw: 0, inflated: 0 };
  for await (const chunk of gunzipIfCompressed(gunzipIfCompressed(countBytes(body, totals, limits.maxBytes)))) {
    totals.inflated += chunk.length;
    if (totals.inflated > limits.maxBytes) throw new CorruptFileError('too_large');
    if (totals.inflated > MIN_RATIO_CHECK_BYTES && totals.inflated > totals.raw * limits.maxRatio)
      throw new CorruptFileError('too_large');
    for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) yield chunk.subarray(at, at + MAX_CHUNK_BYTES);
  }
  // Even a file of nothing takes gzip some twenty bytes.
  if (totals.raw === 0) throw new CorruptFileError('truncated');
}

async function* countBytes(
  body: AsyncIterable<Buffer>,
  totals: { raw: number },
  maxBytes: number,
): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    totals.raw += chunk.length;
    if (totals.raw > maxBytes) throw new CorruptFileError('too_large');
    yield chunk;
  }
}

/** The unfolded bytes of gzip; anything else as it is. */
async function* gunzipIfCompressed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(chunks, 4);
    if (head.toString('latin1').startsWith('PK\x03\x04')) throw new CorruptFileError('zip');
    const complete = prepend(head, chunks);
    yield* head[0] === 0x1f && head[1] === 0x8b ? gunzip(complete) : complete;
  } finally {
    await chunks.return?.();
  }
}

async function firstBytes(chunks: AsyncIterator<Buffer>, length: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* prepend(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const engine = createGunzip({ chunkSize: OUTPUT_BUFFER_BYTES });
  const out: Buffer[] = [];
  engine.on('data', (bytes: Buffer) => out.push(bytes));
  // Padding with zeros may follow the last member; zlib then ends of its own accord and answers nothing more.
  const ended = new Promise<'end'>((resolve) => {
    engine.once('end', () => {
      resolve('end');
    });
  });
  // Node gives no other sign of an end that came too soon than this error.
  const failed = once(engine, 'error').then(([error]: readonly NodeJS.ErrnoException[]) => {
    throw new CorruptFileError(error?.code === 'Z_BUF_ERROR' ? 'truncated' : 'corrupt');
  });
  failed.catch(() => undefined);
  const writeStep = async (step: Buffer) => (await Promise.race([write(engine, step), failed, ended])) !== 'end';

  let continues = Promise.resolve(true);
  try {
    for await (const step of splitInput(body)) {
      if (!(await continues)) break;
      const inflated = out.splice(0);
      // Another thread unfolds this step while what came of the one before is read.
      continues = writeStep(step);
      continues.catch(() => undefined);
      yield* inflated;
    }
    if (await continues) {
      engine.end();
      await Promise.race([failed, ended]);
    }
    yield* out.splice(0);
  } catch (error) {
    yield* out.splice(0);
    throw error;
  } finally {
    engine.destroy();
  }
}

/** The body in small pieces. The trailer comes alone: zlib drops what it has just unfolded when it finds something wrong. */
async function* splitInput(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const bytes = Buffer.concat([pending, chunk]);
    const end = Math.max(0, bytes.length - GZIP_TRAILER_BYTES);
    for (let at = 0; at < end; at += INPUT_STEP_BYTES) yield bytes.subarray(at, Math.min(at + INPUT_STEP_BYTES, end));
    pending = bytes.subarray(end);
  }
  if (pending.length > 0) yield pending;
}

function write(engine: Gunzip, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    engine.write(bytes, () => {
      resolve();
    });
  });
}
