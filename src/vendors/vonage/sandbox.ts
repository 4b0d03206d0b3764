import type {
  CompanyBot,
  CompanyPerson,
  FakeAccountConfig,
  FakeVendor,
  SandboxRequest,
  SandboxResponse,
  SandboxWorld,
} from '../sandbox.ts';
import { listInteractionsV1, listInteractionsV2 } from './sandbox/interactions.ts';
import { type ClientCredentials, createTokenEndpoint } from './sandbox/token-endpoint.ts';

/** One site has not been moved to version 2 yet. It has an account of its own. */
const LEGACY_SITE = 'vancouver';
const ACCOUNTS = [
  {
    name: 'vcc',
    accountKey: 'a1b2c3d4e5',
    versions: ['1', '2'],
    hasMember: (member: Member) => !isInLegacySite(member),
  },
  { name: 'vcc-legacy', accountKey: 'f6g7h8i9j0', versions: ['1'], hasMember: isInLegacySite },
] as const;
const INTERACTIONS_PATH = /^\/v0\/([^/]+)\/agents\/([^/]+)\/latestInteractions$/;

// Contains characters that form-encoding must escape.
const CLIENT: ClientCredentials = { clientId: 'sandbox-client', clientSecret: 'sandbox+client & secret=' };

type Member = CompanyPerson | CompanyBot;

function isInLegacySite(member: Member): boolean {
  return 'site' in member && member.site === LEGACY_SITE;
}

const DEFAULT_TOKEN_LIFETIME_SECONDS = 7200;

/**
 * Vonage Contact Center: the company's accounts, which share their client and the address, the token endpoint after https://docs-vcc.atlassian.net/wiki/x/A4C-1 and its neighbours, and the
 * latest interactions of an agent, version 1 as documented and version 2 as planned there.
 */
export function createFakeVendor(
  world: SandboxWorld,
  { tokenLifetimeSeconds = DEFAULT_TOKEN_LIFETIME_SECONDS }: { readonly tokenLifetimeSeconds?: number } = {},
): FakeVendor {
  const tokenEndpoint = createTokenEndpoint(CLIENT, tokenLifetimeSeconds, () => world.now());

  function handleInteractions(request: SandboxRequest, accountKey: string, agentId: string): SandboxResponse {
    if (!tokenEndpoint.verify(request.headers.authorization)) {
      return jsonResponse(401, { message: 'Authorization has been denied for this request.' });
    }
    const version = /^application\/json\s*;\s*version=([12])$/i.exec(request.headers.accept?.trim() ?? '')?.[1];
    const account = ACCOUNTS.find((own) => own.accountKey === accountKey);
    const isKnownVersion = account?.versions.some((own) => own === version) ?? version !== undefined;
    if (!isKnownVersion) return jsonResponse(400, { message: 'Invalid Accept header!' });
    const agent = world.company.people.find(({ refsByVendor }) => refsByVendor.vonage === agentId);
    if (!agent || !account?.hasMember(agent)) return notFoundResponse;

    if (version === '1') return jsonResponse(200, { interactions: listInteractionsV1(world, agent) });
    const result = listInteractionsV2(world, agent, request.url.searchParams);
    return 'message' in result ? jsonResponse(400, result) : jsonResponse(200, result);
  }

  return {
    handle: (request) => {
      if (request.method === 'POST' && request.url.pathname === '/Auth/connect/token') {
        const { status, body } = tokenEndpoint.handle(request);
        return jsonResponse(status, body);
      }
      const [, accountKey, agentId] = INTERACTIONS_PATH.exec(request.url.pathname) ?? [];
      if (request.method !== 'GET' || accountKey === undefined || agentId === undefined) return notFoundResponse;
      return handleInteractions(request, accountKey, decodeSegment(agentId));
    },
    createAccountConfig: (baseUrl) => toAccountConfig(ACCOUNTS[0], baseUrl),
    otherAccounts: ACCOUNTS.slice(1).map((account) => ({
      createAccountConfig: (baseUrl) => toAccountConfig(account, baseUrl),
      hasMember: account.hasMember,
    })),
  };
}

function toAccountConfig(
  { name, accountKey, versions }: (typeof ACCOUNTS)[number],
  baseUrl: string,
): FakeAccountConfig {
  const apiVersion = Number(versions.at(-1));
  return { name, vendor: 'vonage', baseUrl, accountKey, apiVersion, ...CLIENT, scope: 'interactions' };
}

const notFoundResponse = jsonResponse(404, { message: 'The requested resource was not found.' });

function jsonResponse(status: number, value: unknown): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
