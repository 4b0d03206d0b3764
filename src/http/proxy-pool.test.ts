import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ConnectProxy, startConnectProxy } from '../../test/support/connect-proxy.ts';
import { ProxyPool, ProxyTunnelError } from './proxy-pool.ts';

/** Ignored by a pool, which has one origin. */
const ORIGIN = 'http://vendor.test';

let proxy: ConnectProxy;
let pool: ProxyPool;
beforeEach(async () => {
  proxy = await startConnectProxy();
  pool = new ProxyPool(`http://127.0.0.1:${proxy.port}`);
});
afterEach(async () => {
  await pool.destroy();
  await proxy.close();
});

test('resolves to the socket of a tunnel', async () => {
  const { statusCode, socket } = await pool.connect({ origin: ORIGIN, path: `127.0.0.1:${proxy.port}` });
  expect(statusCode).toBe(200);
  socket.destroy();
});

test.each([
  [407, 'proxy_auth'],
  [403, 'proxy_refused'],
  [503, 'proxy_upstream'],
])('rejects a tunnel refused with %d', async (status, reason) => {
  proxy.refuse(status);
  const refused = pool.connect({ origin: ORIGIN, path: '127.0.0.1:1' });
  await expect(refused).rejects.toThrow(ProxyTunnelError);
  await expect(refused).rejects.toMatchObject({ reason });
});

test('passes on its own shutdown, which is no failure of the proxy', async () => {
  await pool.destroy();
  await expect(pool.connect({ origin: ORIGIN, path: '127.0.0.1:1' })).rejects.toMatchObject({
    code: 'UND_ERR_DESTROYED',
  });
});
