import type { SandboxResponse } from '../vendors/sandbox.ts';
import type { InjectedFault } from './faults.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Makes a body unparseable: removes the first comma of a text, or overwrites the second half of binary data. */
function malform(body: SandboxResponse['body'] = ''): string | Buffer {
  if (typeof body !== 'string') return Buffer.from(body).fill(0xff, body.length >> 1);
  const withoutFirstComma = body.replace(/,(?=\s*["{[])/, ' ');
  return isJson(withoutFirstComma) ? withoutFirstComma.slice(0, -1) : withoutFirstComma;
}

function htmlErrorPage(status: number): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Bad Gateway</h1></body></html>`,
  };
}

/** Replaces the parts of the response that the fault defines. */
function replaceResponse({ status, body, retryAfter }: InjectedFault, reply: SandboxResponse): SandboxResponse {
  if (status === undefined && body === undefined && retryAfter === undefined) return reply;
  const isText = typeof body === 'string';
  return {
    status: status ?? (retryAfter === undefined ? reply.status : 429),
    headers: { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8' },
    body: body === undefined ? '' : isText ? body : JSON.stringify(body),
  };
}

/** Applies a fault to a response. Delays and dropped connections are handled by the server. */
export function applyFault(fault: InjectedFault, reply: SandboxResponse): SandboxResponse {
  const faulty = fault.kind === 'html' ? htmlErrorPage(fault.status ?? 502) : replaceResponse(fault, reply);
  const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return {
    ...faulty,
    headers: { ...faulty.headers, ...retryAfter, ...fault.headers },
    ...(fault.kind === 'malformed' && { body: malform(faulty.body) }),
  };
}
