import { type Answerer, json } from '../../../test/support/vendor-harness.ts';

/** An account for this vendor's tests. */
export const entry = {
  name: 'vcc',
  vendor: 'vonage',
  baseUrl: 'https://emea.newvoicemedia.com',
  accountKey: 'a1b2c3d4e5',
  clientId: 'gateway',
  clientSecret: 'secret+&%/=',
};

export const GUID = '015b212c-1487-46ba-bbb7-d78d6b1412a5';

export interface Issuer {
  readonly answer: Answerer;
  /** Tokens that are no longer accepted. */
  readonly revoked: Set<string>;
}

/** Plays the vendor: issues `token-1`, `token-2` …, and accepts those that are not revoked. */
export function issuer(
  token: (issued: number) => ReturnType<Answerer> = (issued) =>
    json({ access_token: `token-${issued}`, expires_in: 7200, token_type: 'Bearer' }),
  interactions: Answerer = () =>
    json({ interactions: [{ guid: GUID, start: '2017-03-30T22:40:15Z', hasEnded: true }] }),
): Issuer {
  const revoked = new Set<string>();
  let issued = 0;
  return {
    revoked,
    answer: (request) => {
      if (request.endpoint === 'connect/token') return token((issued += 1));
      const bearer = request.headers.Authorization?.replace('Bearer ', '') ?? '';
      if (revoked.has(bearer)) return json({ message: 'Authorization has been denied for this request.' }, 401);
      return interactions(request);
    },
  };
}
