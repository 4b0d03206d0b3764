import type { SandboxResponse, SandboxRequest } from '../vendors/sandbox.ts';
import type { CallLog } from './call-log.ts';
import { type FaultRegistry, faultSchema } from './faults.ts';

/** Below it lies what steers a fake vendor; it is no part of the vendor, and calls to it are not counted. */
export const CONTROL_PATH = '/__sandbox/';

const jsonResponse = (status: number, body: unknown): SandboxResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const addFault = (faults: FaultRegistry, body: Buffer): SandboxResponse => {
  const value = parseJson(body.toString());
  if (value === undefined) return jsonResponse(400, { errors: [{ path: '', message: 'not JSON' }] });
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return jsonResponse(400, { errors });
  }
  faults.add(parsed.data);
  return jsonResponse(201, { faults: faults.list() });
};

/** Answers `{POST, GET, DELETE} /__sandbox/faults` and `{GET, DELETE} /__sandbox/calls`. */
export const handleControlRequest = (
  { method, url, body }: SandboxRequest,
  faults: FaultRegistry,
  calls: CallLog,
): SandboxResponse => {
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
      return jsonResponse(404, { errors: [{ path: '', message: 'there are only faults and calls here' }] });
  }
};
