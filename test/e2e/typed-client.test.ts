import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetchWallboard } from '../../examples/typed-client/src/wallboard.ts';
import { type Consumer, copyConsumer, readCommitted } from '../support/typed-client-consumer.ts';
import { startWorld } from '../support/world.ts';

// Code generation takes seconds on a busy machine.
let consumer: Consumer;

beforeEach(() => {
  consumer = copyConsumer();
});

afterEach(() => {
  consumer.remove();
});

describe('typed client', () => {
  test('generates the committed code for the typed client, and compiles', async () => {
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    expect(consumer.generated()).toEqual(readCommitted());
    expect(await consumer.typecheck()).toEqual({ ok: true, text: '' });
  });

  test('generates the same client code after an addition to the schema', async () => {
    consumer.changeSchema('type Agent implements Node {', 'type Agent implements Node {\n  "New."\n  nickname: String');
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    expect(consumer.generated()).toEqual(readCommitted());
  });

  test('reports a field that the client selects and the schema no longer has', async () => {
    consumer.changeSchema('currentStatus: StatusPeriod', 'statusOfTheMoment: StatusPeriod');
    const { ok, text } = await consumer.codegen();
    expect(ok).toBe(false);
    expect(text).toContain('Cannot query field "currentStatus" on type "Agent"');
  });

  test('fails to compile when an enum value that the client compares with is gone', async () => {
    consumer.changeSchema('\n  AVAILABLE\n', '\n  READY\n');
    expect(await consumer.codegen()).toMatchObject({ ok: true });
    const { ok, text } = await consumer.typecheck();
    expect(ok).toBe(false);
    expect(text).toContain('"AVAILABLE"');
  });
});

test('reads the wallboard from a running gateway with the typed client', async () => {
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
