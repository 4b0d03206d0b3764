import type { SandboxResponse } from '../vendors/sandbox.ts';
import type { InjectedFault } from './faults.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The same content, in a form that no parser accepts: without its first comma, or damaged in the middle if not text. */
const malform = (body: SandboxResponse['body'] = ''): string | Buffer => {
  if (typeof body !== 'string') return Buffer.from(body).fill(0xff, body.length >> 1);
  const withoutFirstComma = body.replace(/,(?=\s*["{[])/, ' ');
  return isJson(withoutFirstComma) ? withoutFirstComma.slice(0, -1) : withoutFirstComma;
};

const htmlErrorPage = (status: number): SandboxResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Bad Gateway</h1></body></html>`,
});

/** What the vendor would have answered stays where the fault says nothing else. */
const replaceResponse = ({ status, body, retryAfter }: InjectedFault, reply: SandboxResponse): SandboxResponse => {
  if (status === undefined && body === undefined && retryAfter === undefined) return reply;
  const isText = typeof body === 'string';
  return {
    status: status ?? (retryAfter === undefined ? reply.status : 429),
    headers: { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8' },
    body: body === undefined ? '' : isText ? body : JSON.stringify(body),
  };
};

/** A reply as a fault turns it out; delays and lost connections are the server's. */
export const applyFault = (fault: InjectedFault, reply: SandboxResponse): SandboxResponse => {
  const faulty = fault.kind === 'html' ? htmlErrorPage(fault.status ?? 502) : replaceResponse(fault, reply);
  const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return {
    ...faulty,
    headers: { ...faulty.headers, ...retryAfter, ...fault.headers },
    ...(fault.kind === 'malformed' && { body: malform(faulty.body) }),
  };
};
