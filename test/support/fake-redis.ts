import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What is sent for every command: a text as it is, `cut` for half a reply and the end of the connection, null for nothing. */
export type Saying = { readonly text: string } | 'cut' | null;

/** As much of a Redis as a cache needs: it keeps texts, until it is told to say something else instead. */
export interface FakeRedis {
  readonly url: string;
  /** From now on every command is answered so; `well` for what a Redis would say. */
  readonly say: (saying: Saying | 'well') => void;
  /** Answers what has not been answered yet, as a Redis would. */
  readonly answerLate: () => void;
  /** Names of the commands that have come, but for those of a connection's beginning. */
  readonly commands: readonly string[];
  readonly close: () => Promise<void>;
}

export async function startFakeRedis(): Promise<FakeRedis> {
  let saying: Saying | 'well' = 'well';
  const kept = new Map<string, string>();
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const unanswered: (() => void)[] = [];

  function wellSaid([name = '', ...words]: readonly string[]): string {
    if (name === 'SET') kept.set(words[0] ?? '', words[1] ?? '');
    if (name === 'MGET') return `*${words.length}\r\n${words.map((word) => bulk(kept.get(word))).join('')}`;
    return '+OK\r\n';
  }

  function answer(command: readonly string[], socket: Socket): void {
    if (command[0] === 'CLIENT') {
      socket.write('+OK\r\n');
      return;
    }
    commands.push(command[0] ?? '');
    if (saying === 'well') socket.write(wellSaid(command));
    else if (saying === 'cut') socket.end('$100\r\nhalf');
    else if (saying) socket.write(saying.text);
    else unanswered.push(() => socket.write(wellSaid(command)));
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
      for (let read = firstCommand(text); read; read = firstCommand(text)) {
        text = text.slice(read.length);
        answer(read.words, socket);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: (next) => {
      saying = next;
    },
    answerLate: () => {
      for (const one of unanswered.splice(0)) one();
    },
    commands,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const bulk = (text: string | undefined): string =>
  text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

/** The command at the beginning of what has come, once all of it has. Its words hold no line breaks here. */
function firstCommand(text: string): { readonly words: readonly string[]; readonly length: number } | null {
  const lines = text.split('\r\n');
  const count = Number(lines[0]?.slice(1));
  if (!text || lines.length < 2 * count + 2) return null;
  const mine = lines.slice(0, 2 * count + 1);
  return { words: mine.filter((_, index) => index > 0 && index % 2 === 0), length: mine.join('\r\n').length + 2 };
}
