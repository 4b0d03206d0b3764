import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The reply to every command: a raw text, `cut` for half a reply and a closed connection, null for no reply. */
export type ScriptedReply = { readonly text: string } | 'cut' | null;

/** The part of Redis that a cache needs: it stores strings, and can be scripted to reply something else. */
export interface FakeRedis {
  readonly url: string;
  /** Sets the reply to every command from now on; `normal` for the reply of a real Redis. */
  readonly respondWith: (reply: ScriptedReply | 'normal') => void;
  /** Replies normally to the commands that are still without a reply. */
  readonly flushLate: () => void;
  /** Withholds the replies of the connection set-up; the returned function sends them, and those to come at once. */
  readonly delaySetUp: () => () => void;
  /** Names of the received commands, without those of the connection set-up. */
  readonly commands: readonly string[];
  /** The connections that were ever opened, and those that still are. */
  readonly connections: () => { readonly opened: number; readonly open: number };
  readonly close: () => Promise<void>;
}

/** Replies to the commands of the connection set-up. */
const SET_UP_REPLIES: Readonly<Record<string, string>> = {
  CLIENT: '+OK\r\n',
  INFO: formatBulkString('# Cluster\r\ncluster_enabled:0\r\n'),
};

export async function startFakeRedis(): Promise<FakeRedis> {
  let scriptedReply: ScriptedReply | 'normal' = 'normal';
  const values = new Map<string, string>();
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const lateReplies: (() => void)[] = [];
  let lateSetUpReplies: (() => void)[] | null = null;
  let opened = 0;

  function normalReply([name = '', ...words]: readonly string[]): string {
    if (name === 'SET') values.set(words[0] ?? '', words[1] ?? '');
    // The script of a write: EVAL script 1 key time text ttl.
    if (name === 'EVAL' && words[0]?.includes('GETRANGE')) values.set(words[2] ?? '', words[4] ?? '');
    if (name === 'MGET')
      return `*${words.length}\r\n${words.map((word) => formatBulkString(values.get(word))).join('')}`;
    return '+OK\r\n';
  }

  function respond(command: readonly string[], socket: Socket): void {
    const setUpReply = SET_UP_REPLIES[command[0] ?? ''];
    if (setUpReply !== undefined) {
      if (lateSetUpReplies) lateSetUpReplies.push(() => socket.write(setUpReply));
      else socket.write(setUpReply);
      return;
    }
    commands.push(command[0] ?? '');
    if (scriptedReply === 'normal') socket.write(normalReply(command));
    else if (scriptedReply === 'cut') socket.end('$100\r\nhalf');
    else if (scriptedReply) socket.write(scriptedReply.text);
    else lateReplies.push(() => socket.write(normalReply(command)));
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    opened += 1;
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (let read = parseCommand(text); read; read = parseCommand(text)) {
        text = text.slice(read.length);
        respond(read.words, socket);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    respondWith: (next) => {
      scriptedReply = next;
    },
    flushLate: () => {
      for (const sendReply of lateReplies.splice(0)) sendReply();
    },
    delaySetUp() {
      lateSetUpReplies = [];
      return () => {
        const replies = lateSetUpReplies ?? [];
        lateSetUpReplies = null;
        for (const sendReply of replies) sendReply();
      };
    },
    commands,
    connections: () => ({ opened, open: sockets.size }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function formatBulkString(text: string | undefined): string {
  return text === undefined ? '$-1\r\n' : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Parses the first complete command of a buffer. Its arguments contain no line breaks here. */
function parseCommand(text: string): { readonly words: readonly string[]; readonly length: number } | null {
  const lines = text.split('\r\n');
  const count = Number(lines[0]?.slice(1));
  if (!text || lines.length < 2 * count + 2) return null;
  const commandLines = lines.slice(0, 2 * count + 1);
  return {
    words: commandLines.filter((_, index) => index > 0 && index % 2 === 0),
    length: commandLines.join('\r\n').length + 2,
  };
}
