import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { Refusal } from './refusal.ts';

/** Reads a JSON body of at most `limit` bytes. A Refusal says what is wrong with it, without quoting it. */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  checkMediaType(request.headers['content-type']);
  const coding = request.headers['content-encoding'] ?? 'identity';
  // Inflating would need a limit of its own; queries are small enough as they are.
  if (coding.toLowerCase() !== 'identity') {
    throw new Refusal(415, 'BAD_REQUEST', 'Compressed request bodies are not accepted', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const bytes = await readBytes(request, limit);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new Refusal(400, 'BAD_REQUEST', 'The request body is not JSON in UTF-8');
  }
}

function checkMediaType(header: string | undefined): void {
  const type = header === undefined ? null : parseMediaType(header);
  if (type?.essence !== 'application/json') {
    throw new Refusal(415, 'BAD_REQUEST', 'The request body must be application/json');
  }
  const charset = type.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new Refusal(415, 'BAD_REQUEST', 'The request body must be in UTF-8');
  }
}

function parseMediaType(header: string): MIMEType | null {
  try {
    return new MIMEType(header);
  } catch {
    return null;
  }
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () => {
      // What is still to come is thrown away as it comes: a client that is cut off while it sends cannot read the answer.
      request.off('data', onData).resume();
      chunks.length = 0;
      const message = `The request body must not be larger than ${limit} bytes`;
      reject(new Refusal(413, 'PAYLOAD_TOO_LARGE', message, { limit: 'body_bytes' }));
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) tooLarge();
    };
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      tooLarge();
      return;
    }
    request.on('data', onData);
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.once('close', () => {
      reject(new Refusal(400, 'BAD_REQUEST', 'The request body ended early'));
    });
  });
}
