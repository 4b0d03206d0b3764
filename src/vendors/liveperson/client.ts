import type { Clock, Instant } from '../../domain/clock.ts';
import type { Account } from '../../domain/account.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallScope, VendorHttp, VendorReply } from '../../http/call.ts';
import { readJson, requireOk, troubleOf, vendorError } from '../../http/reply.ts';
import { createSigner } from './auth.ts';
import type { LivePersonConfig } from './config.ts';
import type { FileContent } from './files/content.ts';
import { createPacer } from './files/pacer.ts';
import { readFile } from './files/reader.ts';
import { accountPath, followable, type LinkRefusal } from './links.ts';
import { createRedaction } from './refusal.ts';
import { fileList } from './wire.ts';

export const LIST = 'agentActivity';
export const FILE = 'agentActivity/file';

/** The files generated in a window. */
export interface FileList {
  /** Absolute addresses, perhaps several of one file. */
  readonly links: readonly string[];
  /** Why links were left out; one word for each of them. */
  readonly refused: readonly LinkRefusal[];
}

export interface Client {
  /** The files generated in a window; `now` because neither the future nor deleted files are asked for. */
  readonly list: (window: TimeRange, within: TimeRange, scope: CallScope) => Promise<FileList>;
  readonly file: (link: string, scope: CallScope) => Promise<FileContent>;
}

/** One function for each thing that LivePerson's Data Access API is asked for. Every attempt is signed afresh, for its own URL. */
export function createClient(config: LivePersonConfig, account: Account, http: VendorHttp, clock: Clock): Client {
  const signingOf = createSigner(config, clock);
  const redacted = createRedaction(config);
  const pacer = createPacer(clock);
  const targetOf = (endpoint: string): CallTarget => ({ vendor: account.vendor, account: account.name, endpoint });

  return {
    list: async (window, within, scope) => {
      const target = targetOf(LIST);
      const url = new URL(`${accountPath(config)}le/agentActivity`, config.baseUrl);
      url.searchParams.set('startTime', String(clamp(window.from, within)));
      url.searchParams.set('endTime', String(clamp(window.to, within)));
      const headers = { accept: 'application/json' };
      const { authorize, learnsFrom } = signingOf(url);
      const trouble = (sent: VendorReply) => (saysThereAreNone(sent) ? null : undefined);
      const request = { endpoint: LIST, method: 'GET', url, headers, authorize, trouble } as const;
      const first = await http.send(request, scope);
      const reply = learnsFrom(first) ? await http.send(request, scope) : first;
      if (saysThereAreNone(reply)) return { links: [], refused: [] };
      const ok = requireOk(redacted(reply), target, clock.now());
      return listOf(readJson(ok, fileList, target).dataAccessFiles.file, config);
    },

    file: async (link, scope) => {
      const target = targetOf(FILE);
      const url = followable(link, config);
      // Lists are checked when they come; a kept one is checked again, because a signature is at stake.
      if (typeof url === 'string')
        throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'link_refused', said: url });
      const { accountId, maxFileBytes, patterns } = config;
      const { authorize, learnsFrom } = signingOf(url);
      const last = { isWorthAnother: false };
      const trouble = (refusal: VendorReply) => {
        last.isWorthAnother = learnsFrom(refusal);
        return troubleOf(redacted(refusal), target, clock.now());
      };
      const download = () =>
        http.stream({ endpoint: FILE, method: 'GET', url, authorize, trouble }, scope, ({ body }) =>
          readFile(body, { accountId, maxFileBytes, patterns, pacer }, target),
        );
      try {
        return await download();
      } catch (error) {
        // The list may have come from the cache, so that nothing has been learned from it.
        if (!last.isWorthAnother) throw error;
        return await download();
      }
    },
  };
}

/** An empty list comes as an error that says so (the Singer tap for LivePerson looks for this text); of which status is not known. */
function saysThereAreNone(reply: VendorReply): boolean {
  if (reply.status === 204) return true;
  return reply.status >= 300 && /no available files/i.test(reply.body.toString('utf8'));
}

function listOf(files: readonly { readonly '@href': string }[], config: LivePersonConfig): FileList {
  const links: string[] = [];
  const refused: LinkRefusal[] = [];
  for (const { '@href': href } of files) {
    const url = followable(href, config);
    if (typeof url === 'string') refused.push(url);
    else links.push(url.href);
  }
  return { links, refused };
}

/** Equal for links to the same file, whichever host they name. */
export function fileKey(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

function clamp(at: Instant, { from, to }: TimeRange): Instant {
  return Math.min(Math.max(at, from), to);
}
