import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extractVendorMessage } from './vendor-message.ts';

function extractFromJson(body: unknown) {
  return extractVendorMessage(Buffer.from(JSON.stringify(body)));
}

describe('extractVendorMessage', () => {
  test.each<[string, unknown, string]>([
    [
      'a Vonage error of most endpoints',
      { message: 'The requested resource was not found.' },
      'The requested resource was not found.',
    ],
    [
      'a Vonage versioning error',
      { statusCode: 400, error: 'Bad Request', message: 'Invalid Accept header!' },
      'Invalid Accept header!',
    ],
    ['a Vonage error object', { error: { code: 'UnsupportedApiVersion', message: 'Use 2' } }, 'Use 2'],
    [
      'a Vonage validation error',
      {
        status: 400,
        title: 'One or more validation errors occurred.',
        errors: [{ message: 'size is too big', path: 'size' }],
      },
      'size is too big',
    ],
    [
      'Vonage problem details',
      { status: 400, title: 'Query limit', detail: 'More than 50 users.' },
      'More than 50 users.',
    ],
    [
      'a Vonage OAuth error',
      { error: 'invalid_scope', error_description: 'You must specify a scope' },
      'You must specify a scope',
    ],
    ['an OAuth error without a description', { error: 'invalid_client' }, 'invalid_client'],
    ['a Kore error', { errors: [{ msg: 'Invalid JWT token', code: 4002 }] }, 'Invalid JWT token'],
    ['an Avaamo error', { error: 'To Date cannot be before From Date' }, 'To Date cannot be before From Date'],
    ['a LivePerson error', { internalCode: 20, message: 'No Available Files' }, 'No Available Files'],
    [
      'a LivePerson rejection',
      { reason: 'token', message: 'oauth_token is unacceptable' },
      'oauth_token is unacceptable',
    ],
    [
      'a LivePerson rejection without a message',
      { reason: 'oauth_problem=token_rejected' },
      'oauth_problem=token_rejected',
    ],
    [
      'an ASP.NET error by field',
      { title: 'One or more errors.', errors: { size: ['too big'] } },
      'One or more errors.',
    ],
    ['a JSON string', 'Too many requests', 'Too many requests'],
  ])('extracts the message of %s', (_name, body, expected) => {
    expect(extractFromJson(body)).toBe(expected);
  });
});

describe('extractVendorMessage, without a message to show', () => {
  test.each<[string, string]>([
    ['an empty body', ''],
    ['plain text that is not JSON', 'oauth_problem=token_rejected'],
    ['an HTML page', '<!DOCTYPE html><html><body>Internal Server Error</body></html>'],
    ['an HTML page in JSON', JSON.stringify({ message: '<html><body>nginx</body></html>' })],
    ['a tag anywhere', JSON.stringify({ message: 'see <a href="x">here</a>' })],
    ['a closing tag', JSON.stringify({ message: 'oops</title>' })],
    ['a comment', JSON.stringify({ message: '<!-- stack -->' })],
    ['an XML prolog', JSON.stringify({ message: '<?xml version="1.0"?>' })],
    ['a script in capitals', JSON.stringify({ message: '<SCRIPT>' })],
    ['unknown fields only', JSON.stringify({ stackTrace: 'at com.vendor.Secret', token: 'abc' })],
    ['a number', '42'],
    ['null', 'null'],
    ['an empty list', JSON.stringify({ errors: [] })],
    ['blank text', JSON.stringify({ message: ' \n\t ' })],
    ['control characters only', JSON.stringify({ message: '\u0000\u0001' })],
    ['a boolean', JSON.stringify({ error: true })],
  ])('returns null for %s', (_name, body) => {
    expect(extractVendorMessage(Buffer.from(body))).toBeNull();
  });
});

test('truncates a message to 200 characters, the last one an ellipsis', () => {
  expect(extractFromJson({ message: 'x'.repeat(200) })).toBe('x'.repeat(200));
  expect(extractFromJson({ message: 'x'.repeat(201) })).toBe(`${'x'.repeat(199)}…`);
});

test('replaces control characters, line breaks and bidirectional marks', () => {
  expect(extractFromJson({ message: 'one\r\ntwo\u0007three\u0085four\u2028five\u202esix' })).toBe(
    'one two three four five six',
  );
});

test('skips a blank field', () => {
  expect(extractFromJson({ message: ' ', detail: 'too many' })).toBe('too many');
});

test('returns null for deeply nested brackets without exhausting the stack', () => {
  expect(extractVendorMessage(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)))).toBeNull();
  expect(extractVendorMessage(Buffer.from('{"error":'.repeat(50_000) + '"x"' + '}'.repeat(50_000)))).toBeNull();
});

test('returns null or one short line of well-formed text without a tag (any body)', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
        fc.string({ unit: 'binary', maxLength: 400 }).map((message) => Buffer.from(JSON.stringify({ message }))),
        fc
          .array(fc.constantFrom('\ud83d\ude00', 'x', '<', 'b', '\u0000', '\n'), { maxLength: 300 })
          .map((parts) => Buffer.from(JSON.stringify({ error: { message: parts.join('') } }))),
      ),
      (body) => {
        const text = extractVendorMessage(body);
        if (text === null) return;
        expect(text.length).toBeLessThanOrEqual(200);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/\p{Cc}|<[a-z!/?]/iu);
        expect(text.trim()).toBe(text);
        expect(text).not.toBe('');
      },
    ),
    { numRuns: 500 },
  );
});
