import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answers, isWorkload } from './answers.ts';

/* A vendor in a process of its own. Every answer is made before the first request; the path names it. */

const bodies = { small: Buffer.from(answers.small), page: Buffer.from(answers.page) };
const token = Buffer.from(JSON.stringify({ access_token: 'token', expires_in: 7200 }));

const server = createServer((request, response) => {
  const parts = request.url?.split(/[/?]/) ?? [];
  const body = parts.includes('token') ? token : bodies[parts.find(isWorkload) ?? 'page'];
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
// Idle connections stay open for as long as a round of the other candidates takes.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('disconnect', () => process.exit());
