import { expect, test } from '@jest/globals';
import { parseClientMessage } from './transport-ws-messages.ts';

test.each([
  [{ type: 'connection_init' }, { type: 'connection_init', payload: {} }],
  [
    { type: 'connection_init', payload: { authorization: 'x' } },
    { type: 'connection_init', payload: { authorization: 'x' } },
  ],
  [
    { type: 'ping', payload: { a: 1 } },
    { type: 'ping', payload: { a: 1 } },
  ],
  [{ type: 'pong', payload: null }, { type: 'pong' }],
  [
    { type: 'complete', id: '1' },
    { type: 'complete', id: '1' },
  ],
  [
    { type: 'subscribe', id: '1', payload: { query: 'q', variables: null, operationName: null } },
    { type: 'subscribe', id: '1', payload: { query: 'q', variables: null, operationName: null } },
  ],
  [
    { type: 'subscribe', id: '1', payload: { documentId: 'd' } },
    { type: 'subscribe', id: '1', payload: { documentId: 'd' } },
  ],
])('reads %j', (message, expected) => {
  expect(parseClientMessage(JSON.stringify(message))).toEqual(expected);
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{}',
  '{"type":"start","id":"1"}',
  '{"type":"subscribe","payload":{"query":"q"}}',
  '{"type":"subscribe","id":"","payload":{"query":"q"}}',
  '{"type":"subscribe","id":1,"payload":{"query":"q"}}',
  '{"type":"subscribe","id":"1"}',
  '{"type":"subscribe","id":"1","payload":{"query":1}}',
  '{"type":"subscribe","id":"1","payload":{"query":"q","variables":[]}}',
  '{"type":"subscribe","id":"1","payload":{"query":"q","extensions":"x"}}',
  '{"type":"complete"}',
  '{"type":"connection_init","payload":[]}',
])('rejects %s', (text) => {
  expect(parseClientMessage(text)).toBeNull();
});
