import { describe, expect, test } from '@jest/globals';
import { HOUR } from '../../domain/time.ts';
import { connect, now, vendorWith } from './scripted-vendor.fixture.ts';

describe('discovery', () => {
  const people = {
    name: 'f',
    generated: now - 3 * HOUR,
    sessions: { '75555851-1': [{ at: now - 9 * HOUR, agent: 9 }] },
  };

  test('names the agents of the last hours’ files by the latest of their names', async () => {
    const older = { at: now - 20 * HOUR, agent: 9, login: 'old@example.com', nickname: 'Old' };
    const other = { at: now - 20 * HOUR, agent: 10, login: 'walter', nickname: '', userName: 'Walter' };
    const files = [people, { name: 'g', generated: now - 30 * HOUR, sessions: { '75555851-2': [older, other] } }];
    const harness = connect(vendorWith(files));
    const { data, sources } = await harness.open().discover();
    expect(data).toEqual([
      { ref: '10', aliases: ['walter'], name: 'Walter', email: null },
      {
        ref: '9',
        aliases: ['cragent@liveperson.com', 'old@example.com'],
        name: 'CRAgent',
        email: 'CRAgent@liveperson.com',
      },
    ]);
    expect(sources).toMatchObject([{ endpoint: 'agentActivity', outcome: 'OK' }]);
    expect(harness.kept.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 300 });
  });

  test('looks back as far as it is told to', async () => {
    const files = [{ ...people, generated: now - 3 * HOUR }];
    const near = await connect(vendorWith(files), { entry: { discoverHours: 1 } })
      .open()
      .discover();
    expect(near.data).toEqual([]);
  });

  test('keeps what it found only shortly when something is missing, and says so', async () => {
    const harness = connect(vendorWith([people, { name: 'bad', generated: now - HOUR, reply: { status: 503 } }]));
    const { data, sources } = await harness.open().discover();
    expect(data).toHaveLength(1);
    expect(sources).toMatchObject([{ outcome: 'PARTIAL', error: { code: 'VENDOR_UNAVAILABLE' } }]);
    expect(harness.kept.at(-1)).toMatchObject({ key: ['agents'], ttlSeconds: 15 });
  });

  test('can be switched off', () => {
    expect(connect(vendorWith([]), { entry: { discover: false } }).open().discover).toBeUndefined();
  });

  test('there is no current status', () => {
    expect(connect(vendorWith([])).open().currentStatus).toBeUndefined();
  });
});
