import type { Instant } from '../../domain/clock.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallContext, VendorResponse } from '../../http/types.ts';
import { parseJson, assertOk, errorFromResponse, vendorError } from '../../http/response.ts';
import type { AdapterDependencies } from '../vendor.ts';
import { createSigner } from './auth.ts';
import type { LivePersonConfig } from './config.ts';
import type { FileContent } from './files/content.ts';
import { createEventLoopYielder } from './files/event-loop-yielder.ts';
import { readFile } from './files/reader.ts';
import { accountPath, checkFileLink, type LinkRejection } from './file-links.ts';
import { createRedactor } from './redact.ts';
import { fileListSchema } from './wire.ts';

export const LIST_ENDPOINT = 'agentActivity';
export const FILE_ENDPOINT = 'agentActivity/file';

/** The files generated in a window. */
export interface FileListing {
  /** Absolute addresses, perhaps several of one file. */
  readonly links: readonly string[];
  /** Why links were left out; one word for each of them. */
  readonly refused: readonly LinkRejection[];
}

export interface Client {
  /** The files generated in a window; `now` because neither the future nor deleted files are asked for. */
  readonly list: (window: TimeRange, within: TimeRange, context: CallContext) => Promise<FileListing>;
  readonly file: (link: string, context: CallContext) => Promise<FileContent>;
}

/** One function for each thing that LivePerson's Data Access API is asked for. Every attempt is signed afresh, for its own URL. */
export function createClient(
  config: LivePersonConfig,
  { account, http, clock }: Pick<AdapterDependencies, 'account' | 'http' | 'clock'>,
): Client {
  const signerFor = createSigner(config, clock);
  const redact = createRedactor(config);
  const yielder = createEventLoopYielder(clock);
  const createTarget = (endpoint: string): CallTarget => ({ vendor: account.vendor, account: account.name, endpoint });

  return {
    list: async (window, within, context) => {
      const target = createTarget(LIST_ENDPOINT);
      const url = new URL(`${accountPath(config)}le/agentActivity`, config.baseUrl);
      url.searchParams.set('startTime', String(clampToRange(window.from, within)));
      url.searchParams.set('endTime', String(clampToRange(window.to, within)));
      const headers = { accept: 'application/json' };
      const { authorize, correctClockSkew } = signerFor(url);
      const classifyResponse = (response: VendorResponse) => (isEmptyListResponse(response) ? null : undefined);
      const request = {
        endpoint: LIST_ENDPOINT,
        method: 'GET',
        url,
        headers,
        authorize,
        trouble: classifyResponse,
      } as const;
      const firstResponse = await http.send(request, context);
      const finalResponse = correctClockSkew(firstResponse) ? await http.send(request, context) : firstResponse;
      if (isEmptyListResponse(finalResponse)) return { links: [], refused: [] };
      const okResponse = assertOk(redact(finalResponse), target, clock.now());
      return toFileListing(parseJson(okResponse, fileListSchema, target).dataAccessFiles.file, config);
    },

    file: async (link, context) => {
      const target = createTarget(FILE_ENDPOINT);
      const url = checkFileLink(link, config);
      // Lists are checked when they come; a kept one is checked again, because a signature is at stake.
      if (typeof url === 'string')
        throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'link_refused', vendorMessage: url });
      const { accountId, maxFileBytes, patterns } = config;
      const { authorize, correctClockSkew } = signerFor(url);
      const lastAttempt = { canRetry: false };
      const classifyResponse = (response: VendorResponse) => {
        lastAttempt.canRetry = correctClockSkew(response);
        return errorFromResponse(redact(response), target, clock.now());
      };
      const download = () =>
        http.stream({ endpoint: FILE_ENDPOINT, method: 'GET', url, authorize, classifyResponse }, context, ({ body }) =>
          readFile(body, { accountId, maxFileBytes, patterns, yielder }, target),
        );
      try {
        return await download();
      } catch (error) {
        // The list may have come from the cache, so that nothing has been learned from it.
        if (!lastAttempt.canRetry) throw error;
        return await download();
      }
    },
  };
}

/** An empty list comes as an error that says so (the Singer tap for LivePerson looks for this text); of which status is not known. */
function isEmptyListResponse(response: VendorResponse): boolean {
  if (response.status === 204) return true;
  return response.status >= 300 && /no available files/i.test(response.body.toString('utf8'));
}

function toFileListing(files: readonly { readonly '@href': string }[], config: LivePersonConfig): FileListing {
  const links: string[] = [];
  const refused: LinkRejection[] = [];
  for (const { '@href': href } of files) {
    const url = checkFileLink(href, config);
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

function clampToRange(instant: Instant, { from, to }: TimeRange): Instant {
  return Math.min(Math.max(instant, from), to);
}
