import { describe, expect, test } from '@jest/globals';
import { AVAAMO_ENTRY, healthyAvaamo, readAvaamoFixture, readUsageOnce } from '../../../test/support/avaamo/usage.ts';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { connectVendor, jsonReply, type RequestHandler } from '../../../test/support/vendor-harness.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { avaamo } from './index.ts';

describe('usage failures', () => {
  const failing =
    (...statuses: readonly number[]): RequestHandler =>
    (request) => {
      const status = statuses[request.endpoint === 'usage.json' ? 0 : 1] ?? 200;
      return status === 200 ? healthyAvaamo(request) : jsonReply({ error: 'no' }, status);
    };

  test('returns null for the fields of a failed interventions call, with the error in the report', async () => {
    const { data, sources } = await readUsageOnce(connectVendor(avaamo, AVAAMO_ENTRY, failing(200, 503)));
    expect(data.current).toMatchObject({ sessionCount: 8123, usersCount: null, interventionsCount: null });
    expect(sources).toMatchObject([
      { endpoint: 'usage.json', outcome: 'OK', error: null },
      { endpoint: 'agent_intervention.json', outcome: 'FAILED', error: { code: 'VENDOR_UNAVAILABLE' } },
    ]);
  });

  test('returns interventions when the usage call fails', async () => {
    const { data, sources } = await readUsageOnce(connectVendor(avaamo, AVAAMO_ENTRY, failing(500, 200)));
    expect(data.current).toMatchObject({ sessionCount: null, messagesCount: null, interventionsCount: 5 });
    expect(data.buckets).toHaveLength(9);
    expect(sources.map(({ outcome }) => outcome)).toEqual(['FAILED', 'OK']);
  });

  test('throws the first error when both calls fail', async () => {
    const failed = readUsageOnce(connectVendor(avaamo, AVAAMO_ENTRY, failing(401, 503)));
    await expect(failed).rejects.toMatchObject({
      code: 'VENDOR_AUTH_FAILED',
      vendor: 'AVAAMO',
      account: 'bots',
      endpoint: 'usage.json',
    });
  });

  test('throws the error of the only call', async () => {
    const failed = readUsageOnce(connectVendor(avaamo, AVAAMO_ENTRY, failing(200, 404)), {}, ['interventions']);
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND', endpoint: 'agent_intervention.json' });
  });

  test.each(
    [
      [401, 'VENDOR_AUTH_FAILED'],
      [403, 'VENDOR_AUTH_FAILED'],
      [404, 'NOT_FOUND'],
      [429, 'VENDOR_RATE_LIMITED'],
      [500, 'VENDOR_UNAVAILABLE'],
      [503, 'VENDOR_UNAVAILABLE'],
    ].flatMap(([status, code]) =>
      ['{"error":"no"}', '<html>no</html>', ''].map((body) => [status, body, code] as const),
    ),
  )('maps status %i with the body %j to %s, after one call', async (status, body, code) => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, () => ({ status: Number(status), body }));
    await expect(readUsageOnce(harness, {}, ['usage'])).rejects.toMatchObject({ code, status });
    expect(harness.sent).toHaveLength(1);
  });

  test('reports the vendor’s message of a 422', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, () => ({
      status: 422,
      body: readAvaamoFixture('usage-422.json'),
    }));
    const error = await rejectionOf(readUsageOnce(harness));
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ code: 'VENDOR_REJECTED', status: 422 });
    expect((error as VendorError).message).toContain('To Date cannot be before From Date');
  });

  test('redacts the token in a message that quotes it', async () => {
    const error = `Access token ${AVAAMO_ENTRY.accessToken} is not known`;
    const failed = readUsageOnce(connectVendor(avaamo, AVAAMO_ENTRY, () => jsonReply({ error }, 401)));
    await expect(failed).rejects.toMatchObject({
      message: expect.stringMatching(/Access token \[secret\] is not known$/) as unknown,
    });
  });

  test('rejects a login page, and a redirect to one, as VENDOR_BAD_RESPONSE', async () => {
    const page = '<html>Sign in</html>';
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, () => ({ status: 200, body: page }));
    await expect(readUsageOnce(harness)).rejects.toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'malformed_json',
    });
    const moved = connectVendor(avaamo, AVAAMO_ENTRY, () => ({
      status: 302,
      headers: { Location: '/login' },
      body: page,
    }));
    await expect(readUsageOnce(moved)).rejects.toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'redirect' });
    expect(moved.sent).toHaveLength(2);
  });

  test('rethrows an error that is not a VendorError', async () => {
    const harness = connectVendor(avaamo, AVAAMO_ENTRY, () => {
      throw new TypeError('a bug');
    });
    await expect(readUsageOnce(harness)).rejects.toThrow(TypeError);
  });
});
