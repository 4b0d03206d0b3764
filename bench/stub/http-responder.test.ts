import { expect, test } from '@jest/globals';
import { parseRequest } from './http-responder.ts';

const GET = 'GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n';
const POST = 'POST /p HTTP/1.1\r\nContent-Length: 4\r\nhost: x\r\n\r\n{"a"';

test('reads a request without a body', () => {
  expect(parseRequest(GET)).toEqual({ request: { path: '/a?b=c', body: '' }, length: GET.length });
});

test('reads a body of the length that its header names, and leaves what follows', () => {
  expect(parseRequest(POST + GET)).toEqual({ request: { path: '/p', body: '{"a"' }, length: POST.length });
});

test.each([GET.slice(0, -2), POST.slice(0, -1)])('waits for the rest of %j', (text) => {
  expect(parseRequest(text)).toBeNull();
});
