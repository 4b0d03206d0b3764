import type { Instant } from '../../domain/clock.ts';
import type { FakeVendorFactory, SandboxResponse } from '../sandbox.ts';
import { renderFile, listFiles, type ActivityFile } from './sandbox/files.ts';
import { createVerifier, type ApiKey } from './sandbox/oauth.ts';

const ACCOUNT_ID = '75555851';
const LIST_PATH = `/data_access_le/account/${ACCOUNT_ID}/le/agentActivity`;

// The secrets have characters that a signature must escape.
const API_KEY: ApiKey = {
  consumerKey: 'sandbox-app',
  consumerSecret: 'sandbox app & secret',
  accessToken: 'sandbox-token',
  accessTokenSecret: 'sandbox+token/secret=',
};

/** A fake of LivePerson's Agent Activity API, written from https://developers.liveperson.com/data-access-api-methods-agent-activity.html */
export const createFakeVendor: FakeVendorFactory = (world) => {
  const verify = createVerifier(API_KEY, () => world.now());
  for (const { refsByVendor } of world.company.people) {
    if (!/^\d+$/.test(refsByVendor.liveperson ?? '0'))
      throw new Error('A LivePerson reference in the sandbox must be a number, the agentID.');
  }

  const list = (url: URL): SandboxResponse => {
    const [startTime, endTime] = ['startTime', 'endTime'].map((name) => url.searchParams.get(name) ?? '');
    if (!isMilliseconds(startTime)) return textResponse(400, 'startTime is required: milliseconds since 1970.');
    if (!isMilliseconds(endTime)) return textResponse(400, 'endTime is required: milliseconds since 1970.');

    const files = listFiles(world, Number(startTime), Number(endTime));
    if (files.length === 0) return textResponse(404, 'No Available Files');
    const entries = files.map((file) => toListEntry(url.origin, file));
    return jsonResponse({
      dataAccessFiles: {
        '@id': ACCOUNT_ID,
        link: { '@href': `${url.origin}${LIST_PATH}`, '@rel': 'self' },
        // The list is converted XML: "@" marks attributes, and a single element is not an array.
        file: entries.length === 1 ? entries[0] : entries,
      },
    });
  };

  const download = (link: string): SandboxResponse => {
    const hour = Number(/^Agent\.(\d+)\./.exec(link)?.[1] ?? 0);
    const file = listFiles(world, hour, hour + 1).find((candidate) => candidate.link === link);
    if (file === undefined) return textResponse(404, 'File not found');
    return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: renderFile(ACCOUNT_ID, file) };
  };

  return {
    handle: (request) => {
      const problem = verify(request);
      if (problem !== null) {
        return textResponse(401, `oauth_problem=${problem.problem}&oauth_problem_advice=${problem.advice}`);
      }
      const { pathname } = request.url;
      if (pathname !== LIST_PATH && !pathname.startsWith(`${LIST_PATH}/`)) return textResponse(404, 'Not Found');
      if (request.method !== 'GET') return textResponse(405, 'Method Not Allowed');
      return pathname === LIST_PATH ? list(request.url) : download(pathname.slice(LIST_PATH.length + 1));
    },
    createAccountConfig: (baseUrl) => ({
      name: 'lp',
      vendor: 'liveperson',
      baseUrl,
      accountId: ACCOUNT_ID,
      ...API_KEY,
    }),
  };
};

function toListEntry(origin: string, file: ActivityFile): Readonly<Record<string, string>> {
  return {
    '@name': file.name,
    '@scopeStartDate': formatDataCentreTime(file.start),
    '@scopeEndDate': formatDataCentreTime(file.end),
    '@href': `${origin}${LIST_PATH}/${file.link}`,
  };
}

/** Formats a time four hours behind UTC all year, as in the vendor's sample. */
function formatDataCentreTime(instant: Instant): string {
  return new Date(instant - 4 * 3_600_000).toISOString().replace('.000Z', '-04:00');
}

function isMilliseconds(text: string | undefined): boolean {
  return /^\d{1,15}$/.test(text ?? '');
}

function textResponse(status: number, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function jsonResponse(value: unknown): SandboxResponse {
  return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify(value) };
}
