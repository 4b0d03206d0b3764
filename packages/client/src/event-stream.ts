/** An event of an event stream. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/**
 * Returns a parser of an [event stream](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) that takes
 * its text in parts of any size. Comments, ids and retry times are skipped. Unlike EventSource it also reports an event without data:
 * some servers end a stream with `event: complete` alone.
 */
export function createEventStreamParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let unfinishedLine = '';
  let endedWithCarriageReturn = false;
  let type = '';
  let data: string[] = [];

  function readLine(line: string): void {
    if (line === '') {
      if (type !== '' || data.length > 0) onEvent({ type: type || 'message', data: data.join('\n') });
      type = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }

  return (text) => {
    // The second half of a CRLF whose first half ended the part before.
    const rest = endedWithCarriageReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') endedWithCarriageReturn = text.endsWith('\r');
    const lines = rest.split(/\r\n|\n|\r/);
    // The first line goes on with what the part before ended with, and the last one is not over.
    lines[0] = unfinishedLine + (lines[0] ?? '');
    unfinishedLine = lines.pop() ?? '';
    for (const line of lines) readLine(line);
  };
}
