import type { ServerResponse } from 'node:http';
import { errorBody, type Refusal } from './refusal.ts';

/** Sends a whole answer; for HEAD, Node leaves the body out by itself. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON_TYPE, `${JSON.stringify(value)}\n`);
}

export function sendRefusal(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  send(response, status, { ...headers, ...JSON_TYPE }, errorBody(code, message));
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
