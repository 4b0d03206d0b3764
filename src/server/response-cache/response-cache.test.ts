import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import type { ResponseReuse } from '../../request/response-reuse.ts';
import type { ResponseRead } from '../ports.ts';
import { createResponseCache, type Execute } from './response-cache.ts';

interface ExecutionOptions {
  readonly reuse?: ResponseReuse;
  readonly ms?: number;
  readonly done?: Promise<void>;
  readonly hasCalledVendors?: boolean;
}

function setUp() {
  const clock = manualClock();
  const reads: ResponseRead[] = [];
  const cache = createResponseCache({ maxBytes: 100_000, clock, onRead: (result) => reads.push(result) });
  let executions = 0;
  /** Executes after `done`; the response's text is the number of the execution. */
  const execution =
    (options: ExecutionOptions = {}): Execute =>
    async (_signal, onEntriesRead) => {
      const { reuse = 'lasting', ms = 10_000, done = Promise.resolve(), hasCalledVendors = true } = options;
      executions += 1;
      const bytes = Buffer.from(String(executions));
      onEntriesRead?.(['entry']);
      await done;
      const expiresAt = clock.now() + ms;
      return { status: 200, headers: {}, bytes, operation: undefined, reuse, expiresAt, hasCalledVendors };
    };
  const ask = async (execute: Execute, signal = new AbortController().signal) => {
    const { source, response } = cache.find('key') ?? (await cache.execute('key', signal, execute));
    return `${source} ${response.body.bytes.toString()}`;
  };
  return { clock, cache, reads, execution, ask };
}

describe('a response', () => {
  test('serves later requests until its shortest-lived part ends', async () => {
    const { clock, reads, execution, ask } = setUp();
    expect(await ask(execution())).toBe('executed-and-stored 1');
    clock.advance(9999);
    expect(await ask(execution())).toBe('stored 1');
    clock.advance(1);
    expect(await ask(execution())).toBe('executed-and-stored 2');
    expect(reads).toEqual(['miss', 'hit', 'miss']);
  });

  test('keeps its lifetime when an administrator sets the clock back', async () => {
    const { clock, execution, ask } = setUp();
    await ask(execution());
    clock.setWallClock(clock.now() - 3_600_000);
    clock.advance(10_000);
    expect(await ask(execution())).toBe('executed-and-stored 2');
  });

  test('serves no later request once an entry that it depends on is written', async () => {
    const { cache, execution, ask } = setUp();
    await ask(execution());
    cache.entryWritten('another');
    expect(await ask(execution())).toBe('stored 1');
    cache.entryWritten('entry');
    expect(await ask(execution())).toBe('executed-and-stored 2');
  });

  test('that took no vendor call is stored when it is executed again', async () => {
    const { execution, ask } = setUp();
    const cheap = { hasCalledVendors: false };
    expect(await ask(execution(cheap))).toBe('executed 1');
    expect(await ask(execution(cheap))).toBe('executed-and-stored 2');
    expect(await ask(execution(cheap))).toBe('stored 2');
  });

  test('that took no vendor call is stored where its query was repeated while it could not be stored', async () => {
    const { clock, execution, ask } = setUp();
    expect(await ask(execution({ reuse: 'shared' }))).toBe('executed 1');
    expect(await ask(execution({ hasCalledVendors: false }))).toBe('executed-and-stored 2');
    clock.advance(10_000);
    expect(await ask(execution({ hasCalledVendors: false }))).toBe('executed-and-stored 3');
  });

  test('is forgotten where what is known of entries would take more memory than the responses may', async () => {
    const { cache, execution, ask } = setUp();
    await ask(execution());
    const readMany: Execute = (signal, onEntriesRead) => {
      onEntriesRead?.(Array.from({ length: 1000 }, (_, nth) => `entry ${nth}`));
      return execution({ reuse: 'none' })(signal);
    };
    await cache.execute('another key', new AbortController().signal, readMany);
    expect(await ask(execution())).toBe('executed-and-stored 3');
  });

  test('is not stored where an entry is written after it was read', async () => {
    const { cache, execution, ask } = setUp();
    const { promise: done, resolve } = Promise.withResolvers<undefined>();
    const first = ask(execution({ done: done.then(() => undefined) }));
    cache.entryWritten('entry');
    resolve(undefined);
    expect(await first).toBe('executed 1');
    expect(await ask(execution())).toBe('executed-and-stored 2');
  });

  test.each<[ResponseReuse, number]>([
    ['none', 10_000],
    ['shared', 10_000],
    ['lasting', 0],
  ])('that is reusable %s and ends in %i ms is not stored', async (reuse, ms) => {
    const { execution, ask } = setUp();
    expect(await ask(execution({ reuse, ms }))).toBe('executed 1');
    expect(await ask(execution({ reuse, ms }))).toBe('executed 2');
  });
});

describe('requests that wait for the same execution', () => {
  test.each<[ResponseReuse, readonly string[]]>([
    ['lasting', ['executed-and-stored 1', 'collapsed 1', 'collapsed 1']],
    ['shared', ['executed 1', 'collapsed 1', 'collapsed 1']],
    ['none', ['executed 1', 'executed 2', 'executed 3']],
  ])('share a response that is reusable %s as far as it allows', async (reuse, expected) => {
    const { execution, ask } = setUp();
    expect(await Promise.all([1, 2, 3].map(() => ask(execution({ reuse }))))).toEqual(expected);
  });

  test('are executed by themselves where it fails', async () => {
    const { execution, ask } = setUp();
    const failing = ask(() => Promise.reject(new Error('overloaded')));
    const waiting = ask(execution());
    await expect(failing).rejects.toThrow('overloaded');
    expect(await waiting).toBe('executed-and-stored 1');
  });
});

describe('clearing', () => {
  test('drops what is stored, and keeps what is being executed from being stored, shared or joined', async () => {
    const { cache, execution, ask } = setUp();
    await ask(execution());
    expect(cache.clear()).toBe(1);
    const { promise: done, resolve } = Promise.withResolvers<undefined>();
    const before = ask(execution({ done }));
    const joined = ask(execution());
    expect(cache.clear()).toBe(0);
    expect(await ask(execution())).toBe('executed-and-stored 3');
    resolve(undefined);
    expect(await before).toBe('executed 2');
    expect(await joined).toBe('executed-and-stored 4');
    expect(await ask(execution())).toBe('stored 4');
  });
});
