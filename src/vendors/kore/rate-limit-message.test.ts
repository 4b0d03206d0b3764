import { describe, expect, jest, test } from '@jest/globals';
import { MAX_SCANNED_BYTES } from '../redact.ts';
import { rateLimitError } from './rate-limit-message.ts';

const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function reply(status: number, body: string) {
  return {
    request: { endpoint: target.endpoint, method: 'POST' as const, url: new URL('https://platform.kore.ai/') },
    status,
    headers: {},
    body: Buffer.from(body),
  };
}

describe('rateLimitError', () => {
  const sentence = 'Rate limit for this API has been reached';
  const long = 'x'.repeat(2 * MAX_SCANNED_BYTES);

  test.each([200, 400])('parses only the beginning of a long body with status %i', (status) => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      expect(rateLimitError(reply(status, JSON.stringify({ data: [long] })), target, 0)).toBeNull();
      expect(parse.mock.calls.map(([text]) => text.length)).toEqual([MAX_SCANNED_BYTES]);
    } finally {
      parse.mockRestore();
    }
  });

  test('recognises a sentence at the beginning of a long body', () => {
    expect(rateLimitError(reply(200, `${sentence}. ${long}`), target, 0)).toMatchObject({ reason: 'sentence' });
  });
});
