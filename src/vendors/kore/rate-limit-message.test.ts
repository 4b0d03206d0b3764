import { describe, expect, jest, test } from '@jest/globals';
import { MAX_SCANNED_BYTES } from '../redact.ts';
import { redactTokensInText, rateLimitError, redactTokens } from './rate-limit-message.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzIn0.c2ln-bm_k';
const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const reply = (status: number, body: string) => ({
  request: { endpoint: target.endpoint, method: 'POST' as const, url: new URL('https://platform.kore.ai/') },
  status,
  headers: {},
  body: Buffer.from(body),
});

describe('tokens in a text', () => {
  test.each([
    [TOKEN, '[token]'],
    [`Token ${TOKEN}, sorry`, 'Token [token], sorry'],
    [`"auth":"${TOKEN}"`, '"auth":"[token]"'],
    [`auth=${TOKEN}&x=${TOKEN}`, 'auth=[token]&x=[token]'],
    [`${TOKEN} ${TOKEN}`, '[token] [token]'],
    // Behind other characters of a word there is no telling where it begins.
    [`token_${TOKEN}`, '[token]'],
    [`token-eyJ${TOKEN}`, '[token]'],
    [`api.${TOKEN}`, 'api.[token]'],
    // Of five parts, as encrypted ones have; without a signature; shortened by whoever quotes it.
    [`${TOKEN}.more.parts;`, '[token];'],
    ['eyJhbGciOiJub25lIn0.eyJhcHBJZCI6ImNzIn0.', '[token]'],
    ['eyJhbGciOiJIUzI1NiJ9... is bad', '[token] is bad'],
  ])('%s', (text, shown) => {
    expect(redactTokensInText(text)).toBe(shown);
  });

  test.each([
    '',
    'eyJ',
    'eyJ.',
    'eyJhbGciOiJIUzI1NiJ9',
    'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzIn0',
    'see www.kore.ai',
    '1.2.3',
  ])('are not in %j', (text) => {
    expect(redactTokensInText(text)).toBe(text);
  });

  // What looks at the same characters once for each of so many beginnings does not live to see the end of it.
  const PARTS = ['eyJ', 'eyJ-', 'eyJ ', 'eyJ. ', 'eyJ.eyJ ', 'a', '-', '.', 'a.', ' '];
  test.each(PARTS)('are told from a million of %j', (part) => {
    const text = part.repeat(1_000_000);
    // Not shown, for it would take minutes to find where such texts differ.
    expect(redactTokensInText(text) === text).toBe(true);
    expect(redactTokensInText(`${text} ${TOKEN}`) === `${text} [token]`).toBe(true);
  });

  test('may have more parts than the engine can go back through', () => {
    expect(redactTokensInText('eyJ.'.repeat(10_000_000))).toBe('[token]');
  });
});

describe('a long answer', () => {
  const words = 'Rate limit for this API has been reached';
  const long = 'x'.repeat(2 * MAX_SCANNED_BYTES);

  test('that is an error is not looked through beyond its beginning', () => {
    expect(redactTokens(reply(400, long)).body).toHaveLength(MAX_SCANNED_BYTES);
    const data = reply(200, long);
    expect(redactTokens(data)).toBe(data);
  });

  test.each([200, 400])('with status %i is not parsed for the sake of a sentence', (status) => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      expect(rateLimitError(reply(status, JSON.stringify({ data: [long] })), target, 0)).toBeNull();
      expect(parse.mock.calls.map(([text]) => text.length)).toEqual([MAX_SCANNED_BYTES]);
    } finally {
      parse.mockRestore();
    }
  });

  test('may begin with the sentence', () => {
    expect(rateLimitError(reply(200, `${words}. ${long}`), target, 0)).toMatchObject({ reason: 'sentence' });
  });
});
