import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { createUnreadAnswers } from './unread-answers.ts';

function createResponse(state: { readonly closed: boolean; readonly writableLength: number }): ServerResponse {
  return Object.assign(new EventEmitter(), {
    ...state,
    socket: null,
    req: { socket: {} },
  }) as unknown as ServerResponse;
}

test('does not count an answer whose client had gone before it was written', () => {
  const unread = createUnreadAnswers({ maxBytes: () => 1000, timeoutMs: 1000, onRejected: () => undefined });
  unread.add(createResponse({ closed: true, writableLength: 5000 }), 5000);
  expect(() => {
    unread.assertCapacity(createResponse({ closed: false, writableLength: 0 }));
  }).not.toThrow();
});

test('counts an answer until it is closed', () => {
  const unread = createUnreadAnswers({ maxBytes: () => 1000, timeoutMs: 1000, onRejected: () => undefined });
  const answer = createResponse({ closed: false, writableLength: 5000 });
  const next = createResponse({ closed: false, writableLength: 0 });
  unread.add(answer, 5000);
  expect(() => {
    unread.assertCapacity(next);
  }).toThrow('The gateway holds too many answers that are not read; retry later.');
  answer.emit('close');
  expect(() => {
    unread.assertCapacity(next);
  }).not.toThrow();
});
