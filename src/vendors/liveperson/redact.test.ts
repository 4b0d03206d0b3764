import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import {
  connectLivePerson,
  createScriptedVendor,
  MAY_10,
  THREE_FILES,
} from '../../../test/support/scripted-liveperson.ts';
import { jsonReply, type RequestHandler, type SentRequest } from '../../../test/support/vendor-harness.ts';

const secrets = {
  consumerSecret: 'con/sumer+secret=&0123',
  accessToken: "tok/en+with=signs&(0123)!*'",
  accessTokenSecret: 'token "secret" %2F 0123',
};
const entry = { ...secrets, consumerKey: 'the-app-key' };

/** The messages that callers see when the list, and when a file, is rejected with this body. */
async function messages(createBody: (request: SentRequest) => unknown, status = 401): Promise<readonly string[]> {
  const vendor = createScriptedVendor(THREE_FILES.slice(0, 1));
  const refusing = (isRefused: (request: SentRequest) => boolean): RequestHandler => {
    return (request) => (isRefused(request) ? jsonReply(createBody(request), status) : vendor(request));
  };
  const isFile = ({ url }: SentRequest) => url.pathname.endsWith('.gz');
  const requests = [refusing(() => true), refusing(isFile)].map(async (answer) => {
    const error = await rejectionOf(connectLivePerson(answer, { entry }).open().sessions('9', MAY_10));
    return (error as Error).message;
  });
  return Promise.all(requests);
}

function header({ headers }: SentRequest) {
  return headers.authorization ?? '';
}

/** The credentials in a header, in the header's encoding. */
function partsOf(sent: SentRequest): readonly string[] {
  const parts = /consumer_key="([^"]+)".*token="([^"]+)".*timestamp="([^"]+)".*nonce="([^"]+)".*signature="([^"]+)"/;
  return parts.exec(header(sent))?.slice(1) ?? [];
}

describe('an error of a list or a file', () => {
  test.each<[string, (request: SentRequest) => unknown]>([
    ['the header', (sent) => ({ message: `bad: ${header(sent)}` })],
    ['the header without its scheme', (sent) => ({ message: header(sent).slice(6) })],
    ['the header without quotes', (sent) => ({ message: header(sent).replaceAll('"', '') })],
    ['the header’s end alone', (sent) => ({ message: header(sent).slice(-90) })],
    ['the header in an address', (sent) => ({ message: `q=${encodeURIComponent(header(sent))}` })],
    ['the header within JSON', (sent) => ({ message: JSON.stringify({ header: header(sent) }) })],
    [
      'its parts within JSON',
      (sent) => ({
        message: JSON.stringify(Object.fromEntries(new URLSearchParams(header(sent).replaceAll(', ', '&')))),
      }),
    ],
    ['the token alone', (sent) => ({ message: `no such token: ${partsOf(sent)[1] ?? ''}` })],
    ...Object.values(secrets).flatMap((secret): [string, () => unknown][] => [
      [secret, () => ({ message: `bad ${secret}` })],
      [encodeURIComponent(secret), () => ({ message: `bad ${encodeURIComponent(secret)}` })],
    ]),
  ])('redacts the credentials in a vendor error that quotes %s', async (_what, createBody) => {
    const hidden: string[] = [];
    const shown = await messages((sent) => {
      hidden.push(...partsOf(sent), ...partsOf(sent).map(decodeURIComponent), ...Object.values(secrets));
      return createBody(sent);
    });
    expect(shown).toHaveLength(2);
    expect(hidden.length).toBeGreaterThanOrEqual(26);
    for (const message of shown) {
      expect(message).toContain('[secret]');
      // Not even without the first character.
      for (const secret of hidden) expect(message).not.toContain(secret.slice(1));
    }
  });

  test('redacts secrets in an error of status 400', async () => {
    for (const message of await messages(() => ({ message: `bad ${secrets.accessToken}` }), 400)) {
      expect(message).toContain('[secret]');
      expect(message).not.toContain(secrets.accessToken);
    }
  });

  test('shows the text of a vendor error without secrets', async () => {
    const problem = 'oauth_problem=token_rejected&oauth_problem_advice=the oauth_token is unacceptable';
    for (const message of await messages(() => ({ reason: problem }))) expect(message).toContain(problem);
  });
});
