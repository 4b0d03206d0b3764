import { describe, expect, test } from '@jest/globals';
import { createEventQueue } from './event-queue.ts';

describe('the event queue', () => {
  test('returns all events in order, those to come as well', async () => {
    const queue = createEventQueue<number>(() => false);
    queue.push(1);
    queue.push(2);
    expect([await queue.next(), await queue.next()]).toEqual([1, 2]);
    const waiting = queue.next();
    queue.push(3);
    expect(await waiting).toBe(3);
  });

  test('drops the events that a later one supersedes', async () => {
    const queue = createEventQueue<number>((event, earlier) => event % 2 === earlier % 2);
    for (const event of [1, 2, 3, 5]) queue.push(event);
    expect([await queue.next(), await queue.next()]).toEqual([2, 5]);
    const waiting = queue.next();
    queue.push(7);
    expect(await waiting).toBe(7);
  });

  test('ends at once when it is closed, also for who waits', async () => {
    const queue = createEventQueue<number>(() => false);
    const waiting = queue.next();
    queue.close();
    expect(await waiting).toBeNull();
    queue.push(1);
    expect(await queue.next()).toBeNull();
  });

  test('rejects with the failure after the events before it, and takes none after it', async () => {
    const queue = createEventQueue<number>(() => false);
    queue.push(1);
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    queue.push(2);
    expect(await queue.next()).toBe(1);
    await expect(queue.next()).rejects.toThrow('first');
  });
});
