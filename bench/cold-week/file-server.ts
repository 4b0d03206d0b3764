import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNT_ID, type WeekFile } from './files.ts';

const LIST_PATH = `/data_access_le/account/${ACCOUNT_ID}/le/agentActivity`;

export interface FileServer {
  readonly url: string;
  readonly stop: () => void;
}

/** Serves files that were generated before; it checks no signature. */
export async function startFileServer(files: readonly WeekFile[]): Promise<FileServer> {
  const byLink = new Map(files.map((file) => [file.link, file]));
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname !== LIST_PATH) {
      response.end(byLink.get(pathname.slice(LIST_PATH.length + 1))?.gzip);
      return;
    }
    const [from, to] = [Number(searchParams.get('startTime')), Number(searchParams.get('endTime'))];
    const listed = files.filter(({ generatedAt }) => generatedAt >= from && generatedAt < to);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ dataAccessFiles: { file: listed.map(({ link }) => ({ '@href': `${LIST_PATH}/${link}` })) } }),
    );
  });
  // The kernel takes a file at once; a reader that is busy with other files then looks idle for longer than five seconds.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
