import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** The ceiling: reads the request, and writes the bytes of a file. */
const bytes = readFileSync(process.env.ANSWER_FILE ?? '');
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/graphql` }));
});
