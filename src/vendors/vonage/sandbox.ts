import type { FakeVendor, SandboxReply, SandboxRequest, SandboxWorld } from '../sandbox.ts';
import { versionOne, versionTwo } from './sandbox/interactions.ts';
import { createTokenOffice, type Client } from './sandbox/tokens.ts';

const ACCOUNT_KEY = 'a1b2c3d4e5';
const PATH = /^\/v0\/([^/]+)\/agents\/([^/]+)\/latestInteractions$/;

// With characters that a form must escape.
const CLIENT: Client = { clientId: 'sandbox-client', clientSecret: 'sandbox+client & secret=' };

const TWO_HOURS = 7200;

/**
 * Vonage Contact Center: the token endpoint after https://docs-vcc.atlassian.net/wiki/x/A4C-1 and its neighbours, and the
 * latest interactions of an agent, version 1 as documented and version 2 as planned there.
 */
export function openSandbox(world: SandboxWorld, tokenLifetimeSeconds = TWO_HOURS): FakeVendor {
  const office = createTokenOffice(CLIENT, tokenLifetimeSeconds, () => world.now());

  const interactions = (request: SandboxRequest, accountKey: string, agentId: string): SandboxReply => {
    if (!office.admits(request.headers.authorization)) {
      return json(401, { message: 'Authorization has been denied for this request.' });
    }
    const version = /^application\/json\s*;\s*version=([12])$/i.exec(request.headers.accept?.trim() ?? '')?.[1];
    if (version === undefined) return json(400, { message: 'Invalid Accept header!' });
    const agent = world.company.people.find(({ seats }) => seats.vonage === agentId);
    if (accountKey !== ACCOUNT_KEY || agent === undefined) return notFound;

    if (version === '1') return json(200, { interactions: versionOne(world, agent) });
    const answer = versionTwo(world, agent, request.url.searchParams);
    return 'message' in answer ? json(400, answer) : json(200, answer);
  };

  return {
    answer: (request) => {
      if (request.method === 'POST' && request.url.pathname === '/Auth/connect/token') {
        const { status, body } = office.answer(request);
        return json(status, body);
      }
      const [, accountKey, agentId] = PATH.exec(request.url.pathname) ?? [];
      if (request.method !== 'GET' || accountKey === undefined || agentId === undefined) return notFound;
      return interactions(request, accountKey, decoded(agentId));
    },
    account: (baseUrl) => ({
      name: 'vcc',
      vendor: 'vonage',
      baseUrl,
      accountKey: ACCOUNT_KEY,
      ...CLIENT,
      scope: 'interactions',
    }),
  };
}

const notFound = json(404, { message: 'The requested resource was not found.' });

function json(status: number, value: unknown): SandboxReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
