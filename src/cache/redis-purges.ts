import { randomUUID } from 'node:crypto';
import type { Clock, Instant } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { sleep } from '../http/abort.ts';
import type { FleetPurges, FleetReport, OnPurge } from './fleet-purges.ts';
import type { MatchesEntry, PurgeRule } from './purge-rule.ts';
import type { RedisClient } from './redis-client.ts';
import { redisNamespace } from './redis-keys.ts';
import { MAX_CLOCK_LEAD_MS, type RedisTime } from './redis-time.ts';
import { COMMAND_TIMEOUT_MS, type RedisConnection, WRITE_TIMEOUT_MS } from './redis.ts';

/** No caller's time is short: a process that purges waits for the others anyway. */
const BACKGROUND = { timeoutMs: WRITE_TIMEOUT_MS, marksDown: false };
/** How often each process asks for new purges. */
const POLL_INTERVAL_MS = SECOND;
/** A process that has not asked for this long asks before it reads entries from Redis. */
const MAX_POLL_AGE_MS = 5 * SECOND;
/** A process that has not asked for this long has ended. */
const MEMBER_TTL_MS = 30 * SECOND;
/** How long the process that purges waits for the others, and how often it looks. */
const MAX_HEARING_MS = 3 * SECOND;
const HEARING_INTERVAL_MS = 50;

/** All keys have this hash tag, so that one script may name them in a Redis Cluster. */
const KEY_PREFIX = `${redisNamespace('purge')}::{purges}`;
const KEYS = [`${KEY_PREFIX}rules`, `${KEY_PREFIX}version`, `${KEY_PREFIX}heard`];

/**
 * KEYS: the rules by the time of their purge; their version; the version that each process has. ARGV: the new version, the time (empty:
 * that of Redis), how long rules are kept in milliseconds, the rules. Returns the time. The same rule once more takes the place of the former.
 */
const PUBLISH_SCRIPT = `
local time = redis.call('TIME')
local now = tonumber(ARGV[2]) or time[1] * 1000 + math.floor(time[2] / 1000)
for i = 4, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return now`;

/**
 * ARGV: this process, the version that it has, after how many milliseconds a process that does not ask has ended. Returns the version, how
 * many processes there are, how many have that version; and, where the version is another one, all rules with their times.
 */
const POLL_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local version = redis.call('GET', KEYS[2]) or ''
redis.call('HSET', KEYS[3], ARGV[1], string.format('%.0f ', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local processes, heard = 0, 0
local all = redis.call('HGETALL', KEYS[3])
for i = 1, #all, 2 do
  local at, known = string.match(all[i + 1], '^(%d+) (.*)$')
  if not at or now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[3], all[i])
  else
    processes = processes + 1
    if known == version then heard = heard + 1 end
  end
end
local reply = {version, processes, heard}
if version ~= ARGV[2] then
  for _, text in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')) do reply[#reply + 1] = text end
end
return reply`;

/** ARGV: this process. */
const LEAVE_SCRIPT = `return redis.call('HDEL', KEYS[3], ARGV[1])`;

/** Which entries in Redis have been purged. */
export interface PurgeFilter {
  /** Whether this process has asked for purges lately. */
  readonly isCurrent: () => boolean;
  /** Asks now; resolves to whether Redis has answered. */
  readonly refresh: () => Promise<boolean>;
  /** Whether an entry of this id, requested at an instant of Redis's clock, has been purged since. */
  readonly isPurged: (id: string, requestedAt: Instant) => boolean;
}

export interface RedisPurgesOptions {
  readonly redis: RedisConnection;
  readonly clock: Clock;
  readonly redisTime: RedisTime;
  /** How long a rule is kept: as long as an entry may be. */
  readonly retentionMs: number;
  /** Returns what finds the entries of a rule. */
  readonly createMatcher: (rule: PurgeRule) => MatchesEntry;
  /** Whether all processes have this very clock; its time then stands for that of Redis. */
  readonly isClockShared?: boolean | undefined;
}

export interface RedisPurges extends FleetPurges, PurgeFilter {}

interface KnownRule {
  readonly text: string;
  /** The time of Redis up to which entries count as requested before: the clocks of a fleet may differ by a little. */
  readonly until: Instant;
  readonly matches: MatchesEntry;
}

interface PollReply {
  readonly version: string;
  readonly report: FleetReport;
  /** Null: those that this process has. */
  readonly rules: readonly (readonly [text: string, purgedAt: Instant])[] | null;
}

/**
 * The purges of a fleet, as rules in Redis: an entry that was requested before a rule that it matches is not read. Keys in Redis are
 * hashes, so that the entries of an agent could not be found there. Each process asks every second whether there are new rules, and
 * then drops what they match from its memory.
 */
export function createRedisPurges(options: RedisPurgesOptions): RedisPurges {
  return new PollingPurges(options);
}

class PollingPurges implements RedisPurges {
  readonly #options: RedisPurgesOptions;
  readonly #processId = randomUUID();
  #rules: readonly KnownRule[] = [];
  /** Published by this process while Redis could not be reached. */
  #unpublished: readonly PurgeRule[] = [];
  readonly #publishing = new Set<string>();
  #newest = -Infinity;
  #version = '';
  #polledAtMs = -Infinity;
  #polling: Promise<PollReply | null> | null = null;
  #refreshing: Promise<PollReply | null> | null = null;
  #listener: OnPurge = () => undefined;
  #cancelTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(options: RedisPurgesOptions) {
    this.#options = options;
    // After its owner has subscribed.
    queueMicrotask(() => void this.#pollRepeatedly());
  }

  onPurge = (listener: OnPurge): void => {
    this.#listener = listener;
  };

  isCurrent = (): boolean => this.#options.clock.monotonicMs() - this.#polledAtMs < MAX_POLL_AGE_MS;

  refresh = async (): Promise<boolean> => {
    // A reader waits for it, so it is given no more time than the read itself.
    this.#refreshing ??= this.#pollOnce({ timeoutMs: COMMAND_TIMEOUT_MS, marksDown: true }).finally(() => {
      this.#refreshing = null;
    });
    return (await this.#refreshing) !== null;
  };

  isPurged = (id: string, requestedAt: Instant): boolean =>
    requestedAt <= this.#newest && this.#rules.some((rule) => requestedAt <= rule.until && rule.matches(id));

  publish = async (rules: readonly PurgeRule[], drop: () => void): Promise<FleetReport> => {
    const { clock, redisTime } = this.#options;
    const texts = rules.map((rule) => JSON.stringify(rule));
    // A poll may bring them back before this process has its reply.
    for (const text of texts) this.#publishing.add(text);
    const purgedAt = await this.#store(rules);
    for (const text of texts) this.#addRule(text, purgedAt ?? clock.now() + redisTime.offsetMs());
    drop();
    if (purgedAt === null) this.#unpublished = [...this.#unpublished, ...rules];
    const report = purgedAt === null ? null : await this.#waitForOthers();
    for (const text of texts) this.#publishing.delete(text);
    return report ?? { processes: 1, heard: 1, complete: false };
  };

  close = async (): Promise<void> => {
    this.#isClosed = true;
    this.#cancelTimer();
    const leave = { keys: KEYS, arguments: [this.#processId] };
    await this.#options.redis.tryRun('purge', null, (client) => client.eval(LEAVE_SCRIPT, leave));
  };

  /** Resolves to the time of the purge; null where Redis cannot be reached. */
  #store(rules: readonly PurgeRule[]): Promise<Instant | null> {
    const { redis, clock, retentionMs, isClockShared = false } = this.#options;
    const texts = rules.map((rule) => JSON.stringify(rule));
    const time = isClockShared ? String(clock.now()) : '';
    const script = { keys: KEYS, arguments: [randomUUID(), time, String(retentionMs), ...texts] };
    const run = async (client: RedisClient) => Number(await client.eval(PUBLISH_SCRIPT, script));
    return redis.tryRun<Instant | null>('purge', null, run, BACKGROUND);
  }

  /** Null where Redis does not answer any more. */
  async #waitForOthers(): Promise<FleetReport | null> {
    const { clock } = this.#options;
    const endsAtMs = clock.monotonicMs() + MAX_HEARING_MS;
    for (;;) {
      // One that was sent before reports what was true before.
      await this.#polling;
      const reply = await this.#poll();
      if (!reply) return null;
      if (reply.report.complete || clock.monotonicMs() >= endsAtMs || this.#isClosed) return reply.report;
      await sleep(HEARING_INTERVAL_MS, clock);
    }
  }

  async #pollRepeatedly(): Promise<void> {
    if (this.#isClosed) return;
    const rules = this.#unpublished;
    if (rules.length > 0 && (await this.#store(rules)) !== null)
      this.#unpublished = this.#unpublished.filter((rule) => !rules.includes(rule));
    await this.#poll();
    this.#pollLater();
  }

  #pollLater(): void {
    if (this.#isClosed) return;
    this.#cancelTimer = this.#options.clock.setTimer(POLL_INTERVAL_MS, () => void this.#pollRepeatedly());
  }

  /** Asks for new rules, and once more where there are some, so that Redis knows that this process has them. */
  #poll(): Promise<PollReply | null> {
    this.#polling ??= this.#pollOnce()
      .then((reply) => (reply?.rules ? this.#pollOnce() : reply))
      .finally(() => {
        this.#polling = null;
      });
    return this.#polling;
  }

  async #pollOnce(runOptions = BACKGROUND): Promise<PollReply | null> {
    const { redis, clock } = this.#options;
    const script = { keys: KEYS, arguments: [this.#processId, this.#version, String(MEMBER_TTL_MS)] };
    const reply = await redis.tryRun(
      'purge',
      null,
      async (client) => toPollReply(await client.eval(POLL_SCRIPT, script)),
      runOptions,
    );
    if (!reply) return null;
    const origin = this.#polledAtMs === -Infinity ? 'earlier' : 'running';
    this.#polledAtMs = clock.monotonicMs();
    for (const [text, purgedAt] of reply.rules ?? [])
      if (this.#addRule(text, purgedAt) && !this.#publishing.has(text))
        this.#listener(JSON.parse(text) as PurgeRule, origin);
    this.#version = reply.version;
    return reply;
  }

  /** Adds a rule unless it is known; returns whether it was not, or was known of an earlier purge. */
  #addRule(text: string, purgedAt: Instant): boolean {
    const { clock, retentionMs, isClockShared = false, createMatcher } = this.#options;
    const until = purgedAt + (isClockShared ? 0 : MAX_CLOCK_LEAD_MS);
    const known = this.#rules.find((rule) => rule.text === text);
    if (known && known.until >= until) return false;
    const oldest = clock.now() - retentionMs;
    this.#rules = [
      ...this.#rules.filter((each) => each.text !== text && each.until > oldest),
      { text, until, matches: createMatcher(JSON.parse(text) as PurgeRule) },
    ];
    this.#newest = Math.max(this.#newest, until);
    return true;
  }
}

function toPollReply(reply: unknown): PollReply {
  const [version, processes, heard, ...texts] = reply as readonly unknown[];
  const report = { processes: Number(processes), heard: Number(heard), complete: processes === heard };
  const rules = texts.flatMap((text, index) =>
    index % 2 === 0 ? [[String(text), Number(texts[index + 1])] as const] : [],
  );
  return { version: String(version), report, rules: rules.length > 0 ? rules : null };
}
