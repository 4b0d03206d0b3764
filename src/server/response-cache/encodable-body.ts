import { chooseCoding, type Coding, CODINGS, compress, rejectsIdentity } from '../content-coding.ts';

/** Bodies up to this size are sent as they are: they fit in one packet, or nearly. */
const MAX_UNCOMPRESSED_BYTES = 1024;

/** A complete body, which is compressed at most once for each content coding. */
export interface EncodableBody {
  readonly bytes: Buffer;
  /** Chooses the coding for an Accept-Encoding header. */
  readonly codingFor: (accepted: string | undefined) => Coding | 'identity';
  /** Returns the compressed body, at once where it is known. */
  readonly encode: (coding: Coding) => Buffer | Promise<Buffer>;
}

/** `onEncoded` receives the length of each compressed body. */
export function createEncodableBody(bytes: Buffer, onEncoded: (byteLength: number) => void = ignore): EncodableBody {
  const encoded = new Map<Coding, Buffer | Promise<Buffer>>();
  // Parsing a header costs as much as sending the body, and nearly all clients of a response send the same one.
  let last: readonly [accepted: string | undefined, coding: Coding | 'identity'] = [undefined, 'identity'];
  return {
    bytes,
    codingFor: (accepted) => {
      if (accepted !== last[0]) {
        const isCompressible = bytes.length > MAX_UNCOMPRESSED_BYTES || rejectsIdentity(accepted);
        last = [accepted, isCompressible ? chooseCoding(accepted, CODINGS) : 'identity'];
      }
      return last[1];
    },
    encode: (coding) => {
      const known = encoded.get(coding);
      if (known !== undefined) return known;
      const pending = compress(coding, bytes).then((body) => {
        encoded.set(coding, body);
        onEncoded(body.length);
        return body;
      });
      encoded.set(coding, pending);
      return pending;
    },
  };
}

function ignore(): void {
  // The body is kept no longer than its request.
}
