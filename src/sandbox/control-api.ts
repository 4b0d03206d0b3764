import type { z } from 'zod';
import type { SandboxRequest, SandboxResponse } from '../vendors/sandbox.ts';
import { type AgentControl, statusRequestSchema } from './agent-control.ts';
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

function errorResponse(status: number, message: string): SandboxResponse {
  return jsonResponse(status, { errors: [{ path: '', message }] });
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type ParsedBody<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reply: SandboxResponse };

function parseBody<T>(schema: z.ZodType<T>, body: Buffer): ParsedBody<T> {
  const value = parseJson(body.toString());
  if (value === undefined) return { ok: false, reply: errorResponse(400, 'is not valid JSON') };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return { ok: false, reply: jsonResponse(400, { errors }) };
}

function addFault(faults: FaultRegistry, body: Buffer): SandboxResponse {
  const parsed = parseBody(faultSchema, body);
  if (!parsed.ok) return parsed.reply;
  faults.add(parsed.value);
  return jsonResponse(201, { faults: faults.list() });
}

/** Handles `{POST, DELETE} /__sandbox/agents/REF/status`. */
function changeStatus(method: string, ref: string, agents: AgentControl, body: Buffer): SandboxResponse {
  const unknownAgent = (): SandboxResponse =>
    errorResponse(404, `no agent ${JSON.stringify(ref)} at this vendor; GET ${CONTROL_PATH}agents lists them`);
  if (method === 'DELETE') {
    const agent = agents.releaseStatus(ref);
    return agent ? jsonResponse(200, agent) : unknownAgent();
  }
  const parsed = parseBody(statusRequestSchema, body);
  if (!parsed.ok) return parsed.reply;
  const agent = agents.setStatus(ref, parsed.value);
  return agent ? jsonResponse(201, agent) : unknownAgent();
}

/** What the control API controls. */
export interface Controls {
  readonly faults: FaultRegistry;
  readonly calls: CallLog;
  readonly agents: AgentControl;
}

/**
 * Handles `{POST, GET, DELETE} /__sandbox/faults`, `{GET, DELETE} /__sandbox/calls`, `GET /__sandbox/agents` and
 * `{POST, DELETE} /__sandbox/agents/REF/status`.
 */
export function handleControlRequest(
  { method, url, body }: SandboxRequest,
  { faults, calls, agents }: Controls,
): SandboxResponse {
  const path = url.pathname.slice(CONTROL_PATH.length);
  const [, ref] = /^agents\/([^/]+)\/status$/.exec(path) ?? [];
  if (ref !== undefined && (method === 'POST' || method === 'DELETE')) {
    return changeStatus(method, decodeSegment(ref), agents, body);
  }
  switch (`${method} ${path}`) {
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
    case 'GET agents':
      return jsonResponse(200, { agents: agents.list() });
    default:
      return errorResponse(404, 'not found; use faults, calls, agents or agents/REF/status');
  }
}
