import { type Socket, connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to a port of this machine that can be cut and mended. */
export interface Cable {
  readonly port: number;
  /** From now on nothing gets through, in either direction; who is connected is not told. */
  readonly cut: () => void;
  /** From now on new connections get through; the old ones are broken off. */
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

export async function layCable(to: number): Promise<Cable> {
  let isCut = false;
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('data', (part) => {
        if (!isCut) other.write(part);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        ends.delete(from);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakOff = (): void => {
    for (const end of ends) end.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      breakOff();
    },
    async close() {
      breakOff();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
