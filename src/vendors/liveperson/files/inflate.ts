import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';

export interface InflateLimits {
  /** The maximum of bytes after inflating, and also before: some compressed bytes inflate to none. */
  readonly maxBytes: number;
  /** The maximum ratio of inflated to compressed bytes, once a file is large. */
  readonly maxRatio: number;
}

/** Activity data compresses to a thirtieth, a bomb of zeros to a thousandth. */
export const MAX_INFLATE_RATIO = 200;

/** Up to this size a file is harmless whatever its ratio. */
const MIN_RATIO_CHECK_BYTES = 16 * 1024 * 1024;

/** The compressed bytes inflated at a time, which bounds the output of a step even at a ratio of a thousand. */
const INPUT_STEP_BYTES = 16 * 1024;

/** The usual output of a step: a smaller buffer would cost several calls of zlib for each. */
const OUTPUT_BUFFER_BYTES = 512 * 1024;

/** The maximum size of a chunk. It takes some milliseconds to read, so that the reader can yield to the event loop between chunks. */
const MAX_CHUNK_BYTES = 256 * 1024;

/** The trailer of a gzip member: checksum and length. */
const GZIP_TRAILER_BYTES = 8;

export type Damage = 'truncated' | 'corrupt' | 'too_large' | 'zip';

/** A file is damaged. The bytes before the damage have been yielded. */
export class CorruptFileError extends Error {
  override readonly name = 'CorruptFileError';
  readonly damage: Damage;

  constructor(damage: Damage) {
    super(`The file is damaged: ${damage}`);
    this.damage = damage;
  }
}

/**
 * Yields the uncompressed bytes of a file as they arrive. File names are not reliable: the vendor's documents show `.gz`, no
 * `.gz`, and ".zip format". So the first bytes decide: gzip of one or several members, gzip inside gzip (a file that a proxy
 * compressed again), or plain text. Throws a CorruptFileError at the first damage, including a missing end.
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
  // An empty file takes some twenty bytes of gzip.
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

/** Inflates gzip; yields anything else unchanged, unless it is gzip with a damaged header. */
async function* gunzipIfCompressed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(chunks, 4);
    if (head.toString('latin1').startsWith('PK\x03\x04')) throw new CorruptFileError('zip');
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    if (!isGzip && isDamagedGzip(head)) throw new CorruptFileError('corrupt');
    const complete = prepend(head, chunks);
    yield* isGzip ? gunzip(complete) : complete;
  } finally {
    await chunks.return?.();
  }
}

/** Whether one of gzip's two first bytes is wrong; the third names its only method, and no JSON text has it. */
function isDamagedGzip(head: Buffer): boolean {
  return head[2] === 8 && (head[0] === 0x1f || head[1] === 0x8b);
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
  // Zero padding may follow the last member; zlib then ends by itself and acknowledges no more writes.
  const ended = new Promise<'end'>((resolve) => {
    engine.once('end', () => {
      resolve('end');
    });
  });
  // This error is Node's only sign of a premature end.
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
      // Another thread inflates this step while the consumer reads the output of the step before.
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

/** Splits the body into small steps. The trailer comes last, alone: on an error zlib drops the output of the same step. */
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
