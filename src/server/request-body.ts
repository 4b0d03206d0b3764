import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { HttpError } from './http-error.ts';

/** Reads a JSON body of at most `maxBytes`, without parsing it. Throws an `HttpError`. */
export function readJsonBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  assertJsonMediaType(request.headers['content-type']);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  // Decompression would need a limit of its own, and queries are small.
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpError(
      415,
      'BAD_REQUEST',
      'Compressed request bodies are not supported; send Content-Encoding: identity.',
      {
        headers: { 'accept-encoding': 'identity' },
      },
    );
  }
  return readBytes(request, maxBytes);
}

/** Parses a JSON body. Throws an `HttpError` that names the problem without quoting the body. */
export function parseJsonBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The request body is not valid JSON in UTF-8.');
  }
}

function assertJsonMediaType(header: string | undefined): void {
  // What nearly all clients send; parsing costs more than reading the body.
  if (header === 'application/json') return;
  const type = header === undefined ? null : parseMediaType(header);
  if (type?.essence !== 'application/json') {
    throw new HttpError(415, 'BAD_REQUEST', 'Content-Type must be application/json.');
  }
  const charset = type.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new HttpError(415, 'BAD_REQUEST', 'The charset of Content-Type must be UTF-8.');
  }
}

function parseMediaType(header: string): MIMEType | null {
  try {
    return new MIMEType(header);
  } catch {
    return null;
  }
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let receivedBytes = 0;
    const rejectTooLarge = () => {
      // Discard the rest as it arrives: a client whose connection is closed while it sends cannot read the response.
      request.off('data', onData).resume();
      chunks.length = 0;
      const message = `The request body exceeds the limit of ${maxBytes} bytes.`;
      reject(new HttpError(413, 'PAYLOAD_TOO_LARGE', message, { limit: 'body_bytes' }));
    };
    const onData = (chunk: Buffer) => {
      receivedBytes += chunk.length;
      chunks.push(chunk);
      if (receivedBytes > maxBytes) rejectTooLarge();
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      rejectTooLarge();
      return;
    }
    request.on('data', onData);
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('close', () => {
      // Every request is closed in the end, and an error with its stack costs as much as a small response.
      if (!request.readableEnded) reject(new HttpError(400, 'BAD_REQUEST', 'The request body is incomplete.'));
    });
  });
}
