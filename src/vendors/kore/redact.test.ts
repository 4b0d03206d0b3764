import { describe, expect, test } from '@jest/globals';
import { MAX_SCANNED_BYTES } from '../redact.ts';
import { redactTokens, redactTokensInText } from './redact.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzIn0.c2ln-bm_k';
function reply(status: number, body: string) {
  return {
    request: { endpoint: 'agentstatusdetails', method: 'POST' as const, url: new URL('https://platform.kore.ai/') },
    status,
    headers: {},
    body: Buffer.from(body),
  };
}

describe('redactTokensInText', () => {
  test.each([
    [TOKEN, '[token]'],
    [`Token ${TOKEN}, sorry`, 'Token [token], sorry'],
    [`"auth":"${TOKEN}"`, '"auth":"[token]"'],
    [`auth=${TOKEN}&x=${TOKEN}`, 'auth=[token]&x=[token]'],
    [`${TOKEN} ${TOKEN}`, '[token] [token]'],
    // After other characters of a word, the start of the token is unknown.
    [`token_${TOKEN}`, '[token]'],
    [`token-eyJ${TOKEN}`, '[token]'],
    [`api.${TOKEN}`, 'api.[token]'],
    // Five parts, as encrypted tokens have; without a signature; shortened by the server that quotes it.
    [`${TOKEN}.more.parts;`, '[token];'],
    ['eyJhbGciOiJub25lIn0.eyJhcHBJZCI6ImNzIn0.', '[token]'],
    ['eyJhbGciOiJIUzI1NiJ9... is bad', '[token] is bad'],
  ])('replaces the tokens in %s', (text, shown) => {
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
  ])('leaves %j as it is: no token', (text) => {
    expect(redactTokensInText(text)).toBe(text);
  });

  // A pattern that rereads the same characters for each possible start would not finish.
  const PARTS = ['eyJ', 'eyJ-', 'eyJ ', 'eyJ. ', 'eyJ.eyJ ', 'a', '-', '.', 'a.', ' '];
  test.each(PARTS)('finds a token after a million of %j in linear time', (part) => {
    const text = part.repeat(1_000_000);
    // Compared outside expect: a diff of such texts would take minutes.
    expect(redactTokensInText(text) === text).toBe(true);
    expect(redactTokensInText(`${text} ${TOKEN}`) === `${text} [token]`).toBe(true);
  });

  test('replaces a token with more parts than a regular expression can backtrack through', () => {
    expect(redactTokensInText('eyJ.'.repeat(10_000_000))).toBe('[token]');
  });
});

test('redactTokens cuts a long error body before it searches it, and leaves other responses as they are', () => {
  const long = 'x'.repeat(2 * MAX_SCANNED_BYTES);
  expect(redactTokens(reply(400, long)).body).toHaveLength(MAX_SCANNED_BYTES);
  const data = reply(200, long);
  expect(redactTokens(data)).toBe(data);
});
