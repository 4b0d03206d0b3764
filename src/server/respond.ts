import type { ServerResponse } from 'node:http';
import { formatErrorBody, type HttpError } from './http-error.ts';

/** Sends a complete response. For HEAD, Node omits the body. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Calls back once the response is out or its connection closed, also if that has already happened. */
export function whenClosed(response: ServerResponse, callback: () => void): void {
  if (response.closed || response.destroyed) callback();
  else response.once('close', callback);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON_HEADERS, `${JSON.stringify(value)}\n`);
}

export function sendError(response: ServerResponse, { status, code, message, headers }: HttpError): void {
  send(response, status, { ...headers, ...JSON_HEADERS }, formatErrorBody(code, message));
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
