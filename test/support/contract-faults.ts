import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import type { SourcedResult } from '../../src/domain/source.ts';
import { VendorError } from '../../src/domain/vendor-error.ts';
import type { EndpointFault } from '../../src/vendors/conformance.ts';
import type { SandboxResponse } from '../../src/vendors/sandbox.ts';

const LOGIN_PAGE = '<!DOCTYPE html><html><body>Please sign in</body></html>';
/** The target of redirects. */
export const REDIRECT_TARGET = 'https://elsewhere.example/login';

/** A successful response with a fault. */
export function applyFault(response: SandboxResponse, fault: EndpointFault): SandboxResponse {
  const body = Buffer.from(response.body ?? '');
  switch (fault) {
    case 'redirect':
      return { status: 302, headers: { Location: REDIRECT_TARGET }, body: LOGIN_PAGE };
    case 'html page':
      return { status: 200, headers: { 'Content-Type': 'text/html' }, body: LOGIN_PAGE };
    case 'truncated body':
      return { ...response, body: body.subarray(0, body.length / 2) };
    case 'wrong type':
      return { ...response, body: '42' };
    default:
      return { status: Number(fault.slice('status '.length)), body: LOGIN_PAGE };
  }
}

/** The error that a case rejects with, or that one of its source reports contains. */
export async function captureVendorError(result: Promise<SourcedResult<unknown>>): Promise<VendorError> {
  const error = await result.then(
    ({ sources }) => sources.find((report) => report.error !== null)?.error,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VendorError);
  return error as VendorError;
}

export function expectSafeToExpose(error: VendorError, secrets: readonly string[]): void {
  expect(error.message).not.toMatch(/<[a-z!/]/i);
  expectNoSecret(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error.message}`, secrets);
}

export function expectNoSecret(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(encodeURIComponent(secret));
  }
}
