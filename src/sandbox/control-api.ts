import type { SandboxRequest, SandboxResponse } from '../vendors/sandbox.ts';
import type { CallLog } from './call-log.ts';
import { type FaultRegistry, faultSchema } from './faults.ts';

/** Path prefix of the control API of a fake vendor. It is not part of the vendor; its calls are not logged. */
export const CONTROL_PATH = '/__sandbox/';

function jsonResponse(status: number, body: unknown): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addFault(faults: FaultRegistry, body: Buffer): SandboxResponse {
  const value = parseJson(body.toString());
  if (value === undefined) return jsonResponse(400, { errors: [{ path: '', message: 'is not valid JSON' }] });
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return jsonResponse(400, { errors });
  }
  faults.add(parsed.data);
  return jsonResponse(201, { faults: faults.list() });
}

/** Handles `{POST, GET, DELETE} /__sandbox/faults` and `{GET, DELETE} /__sandbox/calls`. */
export function handleControlRequest(
  { method, url, body }: SandboxRequest,
  faults: FaultRegistry,
  calls: CallLog,
): SandboxResponse {
  switch (`${method} ${url.pathname.slice(CONTROL_PATH.length)}`) {
    case 'POST faults':
      return addFault(faults, body);
    case 'GET faults':
      return jsonResponse(200, { faults: faults.list() });
    case 'DELETE faults':
      faults.clear();
      return { status: 204 };
    case 'GET calls':
      return jsonResponse(200, { calls: calls.list() });
    case 'DELETE calls':
      calls.clear();
      return { status: 204 };
    default:
      return jsonResponse(404, { errors: [{ path: '', message: 'not found; use faults or calls' }] });
  }
}
