import { describe, expect, test } from '@jest/globals';
import { parseJsonBody } from '../../http/response.ts';
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

function classify(status: number, body: string) {
  const response = reply(status, body);
  return rateLimitError(response, parseJsonBody(response.body), target, 0);
}

describe('rateLimitError', () => {
  const sentence = 'Rate limit for this API has been reached';
  const long = 'x'.repeat(2 * MAX_SCANNED_BYTES);

  test.each([200, 400])('takes a long body with status %i for data', (status) => {
    expect(classify(status, JSON.stringify({ message: sentence, data: [long] }))).toBeNull();
  });

  test('recognises a sentence in a message after a byte order mark', () => {
    expect(classify(200, `\uFEFF{"message":"${sentence}"}`)).toMatchObject({ reason: 'sentence' });
  });

  test('recognises a sentence at the beginning of a long body', () => {
    expect(classify(200, `${sentence}. ${long}`)).toMatchObject({ reason: 'sentence' });
  });
});
