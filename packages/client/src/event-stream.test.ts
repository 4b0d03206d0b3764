import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEventStreamParser, type StreamEvent } from './event-stream.ts';

function parse(...parts: readonly string[]): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const push = createEventStreamParser((event) => events.push(event));
  for (const part of parts) push(part);
  return events;
}

describe('the parser of event streams', () => {
  test('reads the events of a stream', () => {
    expect(parse('event: next\ndata: {"data":1}\n\n', ':\n\n', 'event: complete\ndata:\n\n')).toEqual([
      { type: 'next', data: '{"data":1}' },
      { type: 'complete', data: '' },
    ]);
  });

  test.each([
    ['joins the lines of data', 'data: a\ndata\ndata:b\n\n', [{ type: 'message', data: 'a\n\nb' }]],
    ['removes one space after the colon', 'data:  a: b\n\n', [{ type: 'message', data: ' a: b' }]],
    ['skips comments and other fields', ': beat\nid: 7\nretry: 10\nfoo\n\n', []],
    ['reports an event without data', 'event: complete\n\n', [{ type: 'complete', data: '' }]],
    ['drops an event that the end of the stream cut', 'data: a\n\ndata: b\n', [{ type: 'message', data: 'a' }]],
    [
      'forgets the type after the event',
      'event: a\n\ndata: b\n\n',
      [
        { type: 'a', data: '' },
        { type: 'message', data: 'b' },
      ],
    ],
  ])('%s', (_name, text, events) => {
    expect(parse(text)).toEqual(events);
  });

  test('takes a CRLF that is split between two parts as one end of line', () => {
    expect(parse('data: a\r', '\ndata: b\r', '', '\n\r\n')).toEqual([{ type: 'message', data: 'a\nb' }]);
  });

  test('reads the same events with any ends of lines, cut anywhere', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ':', ' ', 'é', '𝄞', '"'), maxLength: 6 });
    const event = fc.record({
      type: fc.constantFrom('next', 'complete'),
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      comment: fc.option(line),
    });
    const endOfLine = fc.constantFrom('\n', '\r', '\r\n');
    fc.assert(
      fc.property(fc.array(event), fc.array(endOfLine), fc.array(fc.nat({ max: 8 })), (events, ends, sizes) => {
        const lines = events.flatMap(({ type, lines: data, comment }) => [
          ...(comment === null ? [] : [`:${comment}`]),
          `event: ${type}`,
          ...data.map((content) => `data: ${content}`),
          '',
        ]);
        const text = joinLines(lines, ends);
        expect(parse(...cut(text, sizes))).toEqual(
          events.map(({ type, lines: data }) => ({ type, data: data.join('\n') })),
        );
      }),
    );
  });
});

/** Joins lines with these ends, then with LF. */
function joinLines(lines: readonly string[], ends: readonly string[]): string {
  return lines.reduce((text, line, index) => {
    const end = ends[index] ?? '\n';
    // An empty line that ends with LF after one that ends with CR would make one end of line of the two.
    return text + line + (line === '' && end === '\n' && text.endsWith('\r') ? '\r' : end);
  }, '');
}

/** Cuts a text into parts of these sizes, in UTF-16 units, and the rest. */
function cut(text: string, sizes: readonly number[]): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (const size of sizes) parts.push(text.slice(start, (start += size)));
  return [...parts, text.slice(start)];
}
