import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type CheckoutCopy, copyCheckout } from '../../test/support/checkout-copy.ts';
import { findBundle } from '../startup/bundle.mjs';

jest.setTimeout(120_000);

let checkout: CheckoutCopy;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout.remove());

test('builds the bundle that a start finds', async () => {
  const root = `${checkout.path()}/`;
  expect(findBundle(root)).toBeNull();
  expect(await checkout.runScript('bundle')).toMatchObject({ ok: true });
  expect(findBundle(root)).not.toBeNull();
});
