import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createCoolDowns } from './cool-downs.ts';

const error = new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no');

test('an account cools down for half a minute after its last failure, unless it succeeds before', () => {
  const clock = manualClock();
  const coolDowns = createCoolDowns(clock);
  expect(coolDowns.find('kore')).toBeNull();
  coolDowns.start('kore', error);
  const failedAtMs = clock.monotonicMs();
  clock.advance(10 * SECOND);
  expect(coolDowns.find('kore')).toEqual({ error, failedAtMs, remainingMs: 20 * SECOND });
  expect(coolDowns.find('lp')).toBeNull();
  coolDowns.start('kore', error);
  clock.advance(30 * SECOND - 1);
  expect(coolDowns.find('kore')).toMatchObject({ remainingMs: 1 });
  clock.advance(1);
  expect(coolDowns.find('kore')).toBeNull();
  coolDowns.start('kore', error);
  coolDowns.end('kore');
  expect(coolDowns.find('kore')).toBeNull();
});
