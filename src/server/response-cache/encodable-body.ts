import { type Coding, compress } from '../content-coding.ts';

/** A complete body, which is compressed at most once for each content coding. */
export interface EncodableBody {
  readonly bytes: Buffer;
  /** Returns the compressed body, at once where it is known. */
  readonly encode: (coding: Coding) => Buffer | Promise<Buffer>;
}

/** `onEncoded` receives the length of each compressed body. */
export function createEncodableBody(bytes: Buffer, onEncoded: (byteLength: number) => void = ignore): EncodableBody {
  const encoded = new Map<Coding, Buffer | Promise<Buffer>>();
  return {
    bytes,
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
