import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { loadOrThrow, MAIL_ACCOUNT } from '../../test/support/config-harness.ts';
import { Secret } from './secret.ts';

test('prints, formats, serialises and inspects a secret as a placeholder', () => {
  const secret = new Secret('s3cret');
  const shown = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true }),
  ];
  for (const text of shown) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('s3cret');
  }
  expect(secret.reveal()).toBe('s3cret');
});

test('does not serialise the secrets of a loaded configuration', () => {
  expect(JSON.stringify(loadOrThrow(`accounts: [{ ${MAIL_ACCOUNT} }]`))).not.toContain('s3cret');
});
