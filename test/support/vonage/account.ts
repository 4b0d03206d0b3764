import { jsonReply, type RequestHandler } from '../vendor-harness.ts';

/** The account's configuration. */
export const VONAGE_ENTRY = {
  name: 'vcc',
  vendor: 'vonage',
  baseUrl: 'https://emea.newvoicemedia.com',
  accountKey: 'a1b2c3d4e5',
  clientId: 'gateway',
  clientSecret: 'secret+&%/=',
};

export const GUID = '015b212c-1487-46ba-bbb7-d78d6b1412a5';

export interface FakeVonage {
  readonly respond: RequestHandler;
  /** Revoked tokens. */
  readonly revoked: Set<string>;
}

/** A Vonage account: issues `token-1`, `token-2` …, and accepts those that are not revoked. */
export function createFakeVonage(
  respondToken: (issued: number) => ReturnType<RequestHandler> = (issued) =>
    jsonReply({ access_token: `token-${issued}`, expires_in: 7200, token_type: 'Bearer' }),
  respondInteractions: RequestHandler = () =>
    jsonReply({ interactions: [{ guid: GUID, start: '2017-03-30T22:40:15Z', hasEnded: true }] }),
): FakeVonage {
  const revoked = new Set<string>();
  let issued = 0;
  return {
    revoked,
    respond: (request) => {
      if (request.endpoint === 'connect/token') return respondToken((issued += 1));
      const bearer = request.headers.Authorization?.replace('Bearer ', '') ?? '';
      if (revoked.has(bearer)) return jsonReply({ message: 'Authorization has been denied for this request.' }, 401);
      return respondInteractions(request);
    },
  };
}
