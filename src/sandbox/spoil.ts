import type { SandboxReply } from '../vendors/sandbox.ts';
import type { Fault } from './faults.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The same content, in a form that no parser accepts: without its first comma, or damaged in the middle if not text. */
const malform = (body: SandboxReply['body'] = ''): string | Buffer => {
  if (typeof body !== 'string') return Buffer.from(body).fill(0xff, body.length >> 1);
  const commaless = body.replace(/,(?=\s*["{[])/, ' ');
  return isJson(commaless) ? commaless.slice(0, -1) : commaless;
};

const page = (status: number): SandboxReply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Bad Gateway</h1></body></html>`,
});

/** What the vendor would have answered stays where the fault says nothing else. */
const replace = ({ status, body, retryAfter }: Fault, reply: SandboxReply): SandboxReply => {
  if (status === undefined && body === undefined && retryAfter === undefined) return reply;
  const isText = typeof body === 'string';
  return {
    status: status ?? (retryAfter === undefined ? reply.status : 429),
    headers: { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8' },
    body: body === undefined ? '' : isText ? body : JSON.stringify(body),
  };
};

/** A reply as a fault turns it out; delays and lost connections are the server's. */
export const spoil = (fault: Fault, reply: SandboxReply): SandboxReply => {
  const spoilt = fault.kind === 'html' ? page(fault.status ?? 502) : replace(fault, reply);
  const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return {
    ...spoilt,
    headers: { ...spoilt.headers, ...retryAfter, ...fault.headers },
    ...(fault.kind === 'malformed' && { body: malform(spoilt.body) }),
  };
};
