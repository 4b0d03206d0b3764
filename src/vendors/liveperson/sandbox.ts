import type { Instant } from '../../domain/clock.ts';
import type { OpenSandbox, SandboxReply } from '../sandbox.ts';
import { contentOf, filesIn, type ActivityFile } from './sandbox/files.ts';
import { createVerifier, type ApiKey } from './sandbox/oauth.ts';

const ACCOUNT_ID = '75555851';
const PATH = `/data_access_le/account/${ACCOUNT_ID}/le/agentActivity`;

// With characters that a signature must escape.
const KEY: ApiKey = {
  consumerKey: 'sandbox-app',
  consumerSecret: 'sandbox app & secret',
  accessToken: 'sandbox-token',
  accessTokenSecret: 'sandbox+token/secret=',
};

/** LivePerson's Agent Activity after https://developers.liveperson.com/data-access-api-methods-agent-activity.html */
export const openSandbox: OpenSandbox = (world) => {
  const verify = createVerifier(KEY, () => world.now());
  for (const { seats } of world.company.people) {
    if (!/^\d+$/.test(seats.liveperson ?? '0')) throw new Error('A LivePerson seat is a number, the agent id.');
  }

  const list = (url: URL): SandboxReply => {
    const [startTime, endTime] = ['startTime', 'endTime'].map((name) => url.searchParams.get(name) ?? '');
    if (!isMilliseconds(startTime)) return text(400, 'startTime is required: milliseconds since 1970.');
    if (!isMilliseconds(endTime)) return text(400, 'endTime is required: milliseconds since 1970.');

    const files = filesIn(world, Number(startTime), Number(endTime));
    if (files.length === 0) return text(404, 'No Available Files');
    const entries = files.map((file) => entryOf(url.origin, file));
    return json({
      dataAccessFiles: {
        '@id': ACCOUNT_ID,
        link: { '@href': `${url.origin}${PATH}`, '@rel': 'self' },
        // The list is XML at heart: its "@" are attributes, and a lone element is not an array.
        file: entries.length === 1 ? entries[0] : entries,
      },
    });
  };

  const download = (link: string): SandboxReply => {
    const hour = Number(/^Agent\.(\d+)\./.exec(link)?.[1] ?? 0);
    const file = filesIn(world, hour, hour + 1).find((candidate) => candidate.link === link);
    if (file === undefined) return text(404, 'There is no such file.');
    return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: contentOf(ACCOUNT_ID, file) };
  };

  return {
    answer: (request) => {
      const problem = verify(request);
      if (problem !== null) {
        return text(401, `oauth_problem=${problem.problem}&oauth_problem_advice=${problem.advice}`);
      }
      const { pathname } = request.url;
      if (pathname !== PATH && !pathname.startsWith(`${PATH}/`)) return text(404, 'Not Found');
      if (request.method !== 'GET') return text(405, 'Method Not Allowed');
      return pathname === PATH ? list(request.url) : download(pathname.slice(PATH.length + 1));
    },
    account: (baseUrl) => ({ name: 'lp', vendor: 'liveperson', baseUrl, accountId: ACCOUNT_ID, ...KEY }),
  };
};

function entryOf(origin: string, file: ActivityFile): Readonly<Record<string, string>> {
  return {
    '@name': file.name,
    '@scopeStartDate': inDataCentreTime(file.start),
    '@scopeEndDate': inDataCentreTime(file.end),
    '@href': `${origin}${PATH}/${file.link}`,
  };
}

/** Four hours behind UTC all year, as in the vendor's sample. */
function inDataCentreTime(instant: Instant): string {
  return new Date(instant - 4 * 3_600_000).toISOString().replace('.000Z', '-04:00');
}

function isMilliseconds(text: string | undefined): boolean {
  return /^\d{1,15}$/.test(text ?? '');
}

function text(status: number, body: string): SandboxReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function json(value: unknown): SandboxReply {
  return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify(value) };
}
