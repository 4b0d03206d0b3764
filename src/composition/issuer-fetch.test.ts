import { createServer } from 'node:https';
import { type AddressInfo, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { type ConnectProxy, startConnectProxy } from '../../test/support/connect-proxy.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { Secret } from '../config/secret.ts';
import { createTransport, type Transport } from '../http/transport.ts';
import { createIssuerFetch } from './issuer-fetch.ts';

const certificates = getCACertificates('default');
let issuer: Server;
let userAgents: (string | undefined)[];
let proxy: ConnectProxy;
let transport: Transport;
beforeEach(async () => {
  setDefaultCACertificates([...certificates, selfSignedCertificate.cert]);
  userAgents = [];
  issuer = createServer(selfSignedCertificate, ({ headers }, response) => {
    userAgents.push(headers['user-agent']);
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  proxy = await startConnectProxy();
  transport = createTransport({ url: new Secret(`http://127.0.0.1:${proxy.port}`), noProxy: '' });
});
afterEach(async () => {
  setDefaultCACertificates(certificates);
  await transport.close();
  issuer.close();
  await proxy.close();
});

test('fetches an issuer’s keys with the gateway’s name, through the environment’s proxy', async () => {
  const { port } = issuer.address() as AddressInfo;
  const response = await createIssuerFetch(transport)(`https://id.vendor.test:${port}/jwks.json`, {
    headers: new Headers({ accept: 'application/json' }),
    method: 'GET',
    redirect: 'manual',
    signal: new AbortController().signal,
  });
  expect([response.status, await response.json()]).toEqual([200, { keys: [] }]);
  expect(userAgents).toEqual([`switchboard/${packageJson.version}`]);
  expect(proxy.tunnels.map(({ target }) => target)).toEqual([`id.vendor.test:${port}`]);
});
