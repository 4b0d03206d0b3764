import type { SandboxReply, SandboxRequest } from '../vendors/sandbox.ts';
import type { CallLog } from './calls.ts';
import { type Faults, faultShape } from './faults.ts';

/** Below it lies what steers a fake vendor; it is no part of the vendor, and calls to it are not counted. */
export const CONTROL = '/__sandbox/';

const json = (status: number, body: unknown): SandboxReply => ({
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

const addFault = (faults: Faults, body: Buffer): SandboxReply => {
  const given = parseJson(body.toString());
  if (given === undefined) return json(400, { errors: [{ path: '', message: 'not JSON' }] });
  const parsed = faultShape.safeParse(given);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return json(400, { errors });
  }
  faults.add(parsed.data);
  return json(201, { faults: faults.list() });
};

/** Answers `{POST, GET, DELETE} /__sandbox/faults` and `{GET, DELETE} /__sandbox/calls`. */
export const control = ({ method, url, body }: SandboxRequest, faults: Faults, calls: CallLog): SandboxReply => {
  switch (`${method} ${url.pathname.slice(CONTROL.length)}`) {
    case 'POST faults':
      return addFault(faults, body);
    case 'GET faults':
      return json(200, { faults: faults.list() });
    case 'DELETE faults':
      faults.clear();
      return { status: 204 };
    case 'GET calls':
      return json(200, { calls: calls.list() });
    case 'DELETE calls':
      calls.clear();
      return { status: 204 };
    default:
      return json(404, { errors: [{ path: '', message: 'there are only faults and calls here' }] });
  }
};
