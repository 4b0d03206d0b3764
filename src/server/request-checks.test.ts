import { describe, expect, test } from '@jest/globals';
import { readError, startTestServer } from '../../test/support/server-harness.ts';
import { anonymousCaller } from '../request/caller.ts';

describe('authentication and authorization', () => {
  test.each([
    ['/schema.graphql', 'introspect'],
    ['/metrics', 'metrics'],
  ] as const)('serves %s only to callers with the scope %s', async (path, scope) => {
    for (const [scopes, status] of [
      [new Set([scope]), 200],
      [new Set(['read', 'explain'] as const), 403],
    ] as const) {
      const own = await startTestServer({ authenticate: () => Promise.resolve({ ...anonymousCaller, scopes }) });
      const response = await own.get(path);
      expect(response.status).toBe(status);
      if (status === 403) expect(await readError(response)).toMatchObject({ code: 'FORBIDDEN' });
      await own.stop();
    }
  });

  test('rejects every failed authentication with the same response, before reading the body', async () => {
    const failures = ['missing', 'malformed_header', 'malformed', 'expired', 'unknown_key'] as const;
    const bodies = new Set<string>();
    for (const failure of failures) {
      const own = await startTestServer({ authenticate: () => Promise.resolve({ failure }) });
      for (const response of [
        await own.post('{ not even JSON'),
        await own.get('/metrics'),
        await own.get('/schema.graphql'),
      ]) {
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([
          401,
          /missing|header/.test(failure) ? 'Bearer' : 'Bearer error="invalid_token"',
        ]);
        bodies.add(await response.text());
      }
      for (const path of ['/', '/healthz', '/graphiql', '/wallboard']) expect((await own.get(path)).status).toBe(200);
      expect(await own.accessLog(6)).toContainEqual(
        expect.objectContaining({ path: '/metrics', status: 401, rejection: failure }),
      );
      await own.stop();
    }
    expect([...bodies]).toEqual([
      '{"errors":[{"message":"Authentication required; send \\"Authorization: Bearer <API key or JWT>\\".","extensions":{"code":"UNAUTHENTICATED"}}]}\n',
    ]);
  });

  test('returns 503 with Retry-After while the issuer’s keys are unavailable', async () => {
    const own = await startTestServer({ authenticate: () => Promise.resolve({ failure: 'keys_unavailable' }) });
    const response = await own.post({ query: '{ hello }' });
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await readError(response)).toEqual({ status: 503, code: 'INTERNAL_SERVER_ERROR' });
    await own.stop();
  });
});
