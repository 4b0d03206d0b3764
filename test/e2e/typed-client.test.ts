import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fetchWallboard } from '../../examples/typed-client/src/wallboard.ts';
import { readCommitted, copyConsumer, type Consumer } from '../support/typed-client-consumer.ts';
import { startWorld } from '../support/world.ts';

// Code generation takes seconds on a busy machine.
jest.setTimeout(120_000);

let consumer: Consumer;

beforeEach(() => {
  consumer = copyConsumer();
});

afterEach(() => {
  consumer.remove();
});

describe('the client against the schema', () => {
  test('compiles, and its generated code is the committed one', async () => {
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    expect(consumer.generated()).toEqual(readCommitted());
    expect(await consumer.typecheck()).toEqual({ ok: true, text: '' });
  });

  test('does not notice an addition', async () => {
    consumer.changeSchema('type Agent implements Node {', 'type Agent implements Node {\n  "New."\n  nickname: String');
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    expect(consumer.generated()).toEqual(readCommitted());
  });

  test('cannot be generated when a field that it asks for is gone', async () => {
    consumer.changeSchema('currentStatus: StatusPeriod', 'statusOfTheMoment: StatusPeriod');
    const { ok, text } = await consumer.codegen();
    expect(ok).toBe(false);
    expect(text).toContain('Cannot query field "currentStatus" on type "Agent"');
  });

  test('does not compile when a value that it compares with is gone', async () => {
    consumer.changeSchema('\n  AVAILABLE\n', '\n  READY\n');
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    const { ok, text } = await consumer.typecheck();
    expect(ok).toBe(false);
    expect(text).toContain('"AVAILABLE"');
  });
});

test('the client reads the wallboard from a running gateway', async () => {
  const world = await startWorld();
  try {
    const { url } = await world.startGateway();
    const { agents, errors } = await fetchWallboard(`${url}/graphql`);
    expect(errors).toEqual([]);
    expect(agents.length).toBeGreaterThanOrEqual(60);
    expect(agents.some(({ currentStatus }) => currentStatus?.status === 'AVAILABLE')).toBe(true);
  } finally {
    await world.stop();
  }
});
