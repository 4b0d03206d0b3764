const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The obvious implementation: counts braces outside strings, character by character. */
export async function* splitDocuments(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  let at = 0;
  let begin = 0;
  let depth = 0;
  let inString = false;
  for await (const chunk of chunks) {
    text = text.slice(begin) + decoder.decode(chunk, { stream: true });
    at -= begin;
    begin = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (inString) {
        if (code === BACKSLASH) at++;
        else if (code === QUOTE) inString = false;
      } else if (code === QUOTE) inString = true;
      else if (code === OPEN_BRACE) depth++;
      else if (code === CLOSE_BRACE && --depth === 0) {
        yield text.slice(begin, at + 1);
        begin = at + 1;
      }
    }
  }
}
