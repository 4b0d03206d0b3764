import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer of tokens, with the address of its keys. */
export interface TokenIssuer {
  /** The setting `auth.jwt` for its tokens. */
  readonly settings: { readonly issuer: string; readonly audience: string; readonly jwksUri: string };
  readonly sign: (expiresAtMs: number, claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings: { issuer: url, audience: 'switchboard', jwksUri: `${url}/jwks.json` },
    sign: (expiresAtMs, claims = {}) =>
      new SignJWT({ iss: url, aud: 'switchboard', sub: 'jane', exp: expiresAtMs / 1000, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
