import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import type { Entry, Store } from '../../src/cache/store.ts';
import { connectRedis } from '../../src/cache/redis.ts';
import { createSharedStore } from '../../src/cache/shared-store.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { manualClock } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { failOnUnhandled } from '../support/unhandled.ts';

/** Longer than a read may take on a busy machine, and far shorter than a client's own patience. */
const SOON = 5000;

/** For whom a tenth of a second is longer, so that a busy machine changes nothing about what is found. */
const patient: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms * 50, callback) };

let redis: Redis;
let open: Pick<Store, 'close'>[];
let errors: [string, unknown][];
const observer = { onError: (operation: string, error: unknown) => errors.push([operation, error]) };

beforeEach(async () => {
  redis = await startRedis();
  open = [];
  errors = [];
});

afterEach(async () => {
  redis.thaw();
  await Promise.all(open.map((store) => store.close()));
  await redis.kill();
});

failOnUnhandled();

function connect(clock: Clock = systemClock, url = redis.url): Store {
  const connection = connectRedis(url, clock, observer);
  const store = createSharedStore(connection, clock);
  open.push(store);
  return store;
}

function entry(value: unknown, now = Date.now()): Entry {
  return { value, fetchedAt: now, freshUntil: now + 10_000, keepUntil: now + 60_000 };
}

/** Reads again and again until it is there, as a gateway would, or time is up. */
async function eventually(store: Store, key: string, within: number): Promise<Entry | undefined> {
  for (const until = Date.now() + within; Date.now() < until;) {
    const [found] = await store.getMany([key]);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** Writes again and again until another store reads it, for writes are never waited for. */
async function writtenAndRead(store: Store, key: string, value: Entry, within: number): Promise<boolean> {
  for (const until = Date.now() + within; Date.now() < until;) {
    void store.set(key, value);
    if (await eventually(store, key, 100)) return true;
  }
  return false;
}

/** Names of all keys, as Redis has them. */
async function names(): Promise<readonly string[]> {
  return (await redis.command('KEYS', '*')).split('\r\n').filter((line) => line.includes('switchboard'));
}

describe('where this process itself was busy', () => {
  const busyClock = manualClock(Date.now());

  test('an answer that is there by now is taken', async () => {
    const clock = manualClock();
    const connection = connectRedis(redis.url, clock, observer);
    open.push(connection);
    const begun = Promise.withResolvers<undefined>();
    const reply = Promise.withResolvers<string>();
    const answer = connection.attempt('get', 'nothing', () => {
      begun.resolve(undefined);
      return reply.promise;
    });
    await begun.promise;
    clock.advance(100);
    reply.resolve('something');
    expect(await answer).toBe('something');
    expect(errors).toEqual([]);
  });

  test('what is written arrives, and Redis is not left alone', async () => {
    const store = connect(busyClock);
    const now = busyClock.now();
    expect(await writtenAndRead(store, 'warm', entry(1, now), SOON)).toBe(true);
    const writing = store.set('a', entry('A', now));
    busyClock.advance(1000);
    await writing;
    expect(await store.getMany(['a'])).toMatchObject([{ value: 'A' }]);
    expect(errors).toEqual([]);
  });
});

describe('entries', () => {
  test('are found among more keys than one command can name', async () => {
    const store = connect(patient);
    const keys = Array.from({ length: 150_000 }, (_, index) => `key ${index}`);
    const there = ['key 0', 'key 1999', 'key 2000', 'key 149999'];
    for (const key of there) expect(await writtenAndRead(store, key, entry(key), 5000)).toBe(true);
    const found = await store.getMany(keys);
    expect(found).toHaveLength(keys.length);
    expect(found.flatMap((one, index) => (one ? [[keys[index], one.value]] : []))).toEqual(
      there.map((key) => [key, key]),
    );
    expect(errors).toEqual([]);
  }, 60_000);

  test('are there for another process, as they were put, in the order of the keys', async () => {
    const value = { list: [1, 'ж', null, { deep: true }], text: '\ud83d\ude00' };
    const one = entry(value);
    expect(await writtenAndRead(connect(patient), 'a', one, 5000)).toBe(true);
    const other = connect(patient);
    expect(await eventually(other, 'a', 5000)).toMatchObject(one);
    const found = await other.getMany(['none', 'a', 'neither']);
    expect(found.map((kept) => kept?.value)).toEqual([undefined, value, undefined]);
    expect(errors).toEqual([]);
  });

  test('go when they need not be kept any longer: a Redis without memory to spare never fills up', async () => {
    const now = Date.now();
    await writtenAndRead(connect(patient), 'a', { ...entry(1, now), keepUntil: now + 50_000.25 }, 5000);
    const [name] = await names();
    const left = Number((await redis.command('PTTL', name ?? '')).slice(1));
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(50_001);
  });

  test('that are past keeping are not written at all', async () => {
    const clock = manualClock();
    const store = connect(clock);
    void store.set('a', { ...entry(1, clock.now()), keepUntil: clock.now() });
    await store.close();
    expect(await names()).toEqual([]);
  });

  test('that are on their way are still written when the store is closed', async () => {
    const store = connect(patient);
    await writtenAndRead(store, 'first', entry(1), 5000);
    void store.set('last', entry(2));
    await store.close();
    expect(await names()).toHaveLength(2);
  });

  test('bear names that tell nothing of what was asked', async () => {
    await writtenAndRead(connect(patient), '["KORE","jane@example.com"]', entry(1), 5000);
    expect((await names()).join()).not.toContain('jane');
  });
});

describe('what does not belong there is a miss, and the others are found all the same', () => {
  /** Puts a text in the place of an entry that was there. */
  async function replace(make: (whole: string) => string): Promise<Store> {
    const store = connect(patient);
    await writtenAndRead(store, 'a', entry('mine'), 5000);
    const [name = ''] = await names();
    const whole = (await redis.command('GET', name)).split('\r\n')[1] ?? '';
    await writtenAndRead(store, 'b', entry('sound'), 5000);
    expect(await redis.command('SET', name, make(whole))).toBe('+OK\r\n');
    return store;
  }

  test.each<[string, (whole: string) => string]>([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['half an entry', (whole) => whole.slice(0, whole.length / 2)],
    ['another type', () => '42'],
    ['null', () => 'null'],
    ['an entry of another key', (whole) => whole.replace('"key":"a"', '"key":"b"')],
    ['an entry without its dates', (whole) => whole.replace('"freshUntil"', '"wasFreshUntil"')],
    ['an entry with dates of another type', (whole) => whole.replace(/"freshUntil":(\d+)/, '"freshUntil":"$1"')],
    ['an older form', () => '{"value":"mine"}'],
  ])('%s', async (_name, make) => {
    const store = await replace(make);
    expect((await store.getMany(['a', 'b'])).map((kept) => kept?.value)).toEqual([undefined, 'sound']);
    expect(errors).toEqual([]);
    // And it can be put right.
    expect(await writtenAndRead(store, 'a', entry('anew'), 1000)).toBe(true);
  });

  test('something of another kind than a text', async () => {
    const store = await replace((whole) => whole);
    for (const name of await names()) {
      await redis.command('DEL', name);
      await redis.command('LPUSH', name, 'x');
    }
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await writtenAndRead(store, 'a', entry('anew'), 1000)).toBe(true);
  });
});

describe('trouble', () => {
  test('down at the start: misses, in little time, and the fault is told', async () => {
    const store = connect(systemClock, `redis://127.0.0.1:${await freePort()}`);
    const begun = Date.now();
    for (let i = 0; i < 50; i += 1) {
      expect(await store.getMany(['a'])).toEqual([]);
      void store.set('a', entry(1));
    }
    expect(Date.now() - begun).toBeLessThan(SOON);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('frozen: the first read waits a tenth of a second, those after it not at all', async () => {
    const clock = manualClock(Date.now());
    const store = connect(clock);
    await writtenAndRead(store, 'a', entry(1), 5000);
    redis.freeze();
    const first = store.getMany(['a']);
    clock.advance(99);
    expect(await Promise.race([first, Promise.resolve('waiting')])).toBe('waiting');
    clock.advance(1);
    expect(await first).toEqual([]);
    expect(errors.map(([operation]) => operation)).toEqual(['get']);
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1000);
      expect(await store.getMany(['a'])).toEqual([]);
    }
    expect(errors).toHaveLength(1);
  });

  test('frozen and thawed: found again', async () => {
    const store = connect();
    await writtenAndRead(store, 'a', entry(1), 5000);
    redis.freeze();
    const begun = Date.now();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(SOON);
    redis.thaw();
    expect(await eventually(store, 'a', 5000)).toMatchObject({ value: 1 });
  });

  test('killed and started again: found again', async () => {
    const store = connect();
    await writtenAndRead(store, 'a', entry(1), 5000);
    await redis.kill();
    const begun = Date.now();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(SOON);
    await redis.restart();
    expect(await writtenAndRead(store, 'a', entry(2), 10_000)).toBe(true);
  }, 60_000);

  test('no memory left for what is new: writes are lost, and it is told', async () => {
    const store = connect();
    await writtenAndRead(store, 'a', entry(1), 5000);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    void store.set('b', entry(2));
    await store.close();
    expect(errors.map(([operation]) => operation)).toContain('set');
    expect(await names()).toHaveLength(1);
  });

  test('a password that it wants: misses', async () => {
    await redis.command('CONFIG', 'SET', 'requirepass', 'CANARY');
    const store = connect();
    expect(await store.getMany(['a'])).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('closing lets the process end', () => {
  const SCRIPT = `
    const { createSharedStore } = await import(process.argv[1]);
    const { connectRedis } = await import(process.argv[2]);
    const { systemClock } = await import(process.argv[3]);
    const store = createSharedStore(connectRedis(process.argv[4], systemClock, { onError: () => {} }), systemClock);
    const now = Date.now();
    void store.set('a', { value: 1, fetchedAt: now, freshUntil: now + 1000, keepUntil: now + 1000 });
    await store.getMany(['a']);
    await store.close();
  `;
  const modules = ['../../src/cache/shared-store.ts', '../../src/cache/redis.ts', '../../src/domain/clock.ts'].map(
    (path) => new URL(path, import.meta.url).href,
  );

  async function runsToItsEnd(url: string): Promise<unknown> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, ...modules, url], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(giveUp);
    return code;
  }

  test('in good health', async () => {
    expect(await runsToItsEnd(redis.url)).toBe(0);
  }, 60_000);

  test('frozen', async () => {
    redis.freeze();
    expect(await runsToItsEnd(redis.url)).toBe(0);
  }, 60_000);

  test('down', async () => {
    expect(await runsToItsEnd(`redis://127.0.0.1:${await freePort()}`)).toBe(0);
  }, 60_000);
});
