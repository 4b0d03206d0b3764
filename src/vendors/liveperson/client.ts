import { toCallTarget } from '../../domain/call-target.ts';
import type { Instant } from '../../domain/clock.ts';
import type { EventLoopYielder } from '../../domain/event-loop-yielder.ts';
import type { TimeRange } from '../../domain/time.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import { assertAccountOk, errorFromResponse, parseJson, vendorError } from '../../http/response.ts';
import type { CallContext, VendorRequest, VendorResponse } from '../../http/types.ts';
import type { OnDropped } from '../ports.ts';
import type { AdapterDependencies } from '../vendor.ts';
import { createSigner } from './auth.ts';
import type { LivePersonConfig } from './config.ts';
import { accountPath, checkFileLink, type LinkRejection } from './file-links.ts';
import type { FileContent, FileFlaws } from './files/content.ts';
import { toDamageReason } from './files/damage.ts';
import { createDocumentReaders } from './files/document-reader.ts';
import { readFile } from './files/reader.ts';
import { assertNoOAuthProblem, oauthProblemError } from './oauth-problem.ts';
import { createRedactor } from './redact.ts';
import { fileListSchema } from './wire.ts';

export const LIST_ENDPOINT = 'agentActivity';
export const FILE_ENDPOINT = 'agentActivity/file';

/** The list of the files generated in a window. */
export interface FileListing {
  /** Absolute URLs; a file may have several. */
  readonly links: readonly string[];
  /** The reasons of the omitted links, one for each. */
  readonly refused: readonly LinkRejection[];
}

export interface Client {
  /** Lists the files generated in a window, clamped to `within`: neither the future nor deleted files are requested. */
  readonly list: (window: TimeRange, within: TimeRange, context: CallContext) => Promise<FileListing>;
  readonly file: (link: string, context: CallContext) => Promise<FileContent>;
}

export interface ClientDependencies extends Pick<AdapterDependencies, 'account' | 'http' | 'clock' | 'onDropped'> {
  readonly yielder: EventLoopYielder;
}

/** What both methods of the client need. */
interface ClientParts {
  readonly yielder: EventLoopYielder;
  readonly config: LivePersonConfig;
  readonly http: AdapterDependencies['http'];
  readonly clock: AdapterDependencies['clock'];
  readonly onDropped: AdapterDependencies['onDropped'];
  readonly signerFor: ReturnType<typeof createSigner>;
  readonly redact: ReturnType<typeof createRedactor>;
}

/**
 * Creates the client, with one function for each method of LivePerson's Data Access API. Every attempt is signed again, for its
 * own URL.
 */
export function createClient(
  config: LivePersonConfig,
  { account, http, clock, onDropped, yielder }: ClientDependencies,
): Client {
  const parts = {
    config,
    yielder,
    http,
    clock,
    onDropped,
    signerFor: createSigner(config, clock),
    redact: createRedactor(config),
  };
  return {
    list: createListFiles(parts, toCallTarget(account, LIST_ENDPOINT)),
    file: createDownloadFile(parts, toCallTarget(account, FILE_ENDPOINT)),
  };
}

function createListFiles(parts: ClientParts, target: CallTarget): Client['list'] {
  const { config, http, clock, signerFor, redact, onDropped } = parts;
  const reportRefused = (listing: FileListing): FileListing => {
    if (listing.refused.length > 0) onDropped(LIST_ENDPOINT, 'link_refused', listing.refused.length);
    return listing;
  };
  return async (window, within, context) => {
    const url = new URL(`${accountPath(config)}le/agentActivity`, config.baseUrl);
    url.searchParams.set('startTime', String(clampToRange(window.from, within)));
    url.searchParams.set('endTime', String(clampToRange(window.to, within)));
    const { authorize, correctClockSkew } = signerFor(url);
    const request: VendorRequest = {
      endpoint: LIST_ENDPOINT,
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      authorize,
    };
    const lastAttempt = { canRetry: false };
    const parse = (response: VendorResponse): FileListing => {
      lastAttempt.canRetry = correctClockSkew(response);
      if (isEmptyListResponse(response)) return { links: [], refused: [] };
      const redacted = redact(response);
      assertNoOAuthProblem(redacted, target);
      assertAccountOk(redacted, target, clock.now());
      return toFileListing(parseJson(response, fileListSchema, target).dataAccessFiles.file, config);
    };
    try {
      return reportRefused(await http.read(request, context, parse));
    } catch (error) {
      if (!lastAttempt.canRetry) throw error;
      return reportRefused(await http.read(request, context, parse));
    }
  };
}

function createDownloadFile(parts: ClientParts, target: CallTarget): Client['file'] {
  const { config, http, clock, signerFor, redact, onDropped, yielder } = parts;
  const { accountId, maxFileBytes } = config;
  const readerOptions = { accountId, maxFileBytes, createDocumentReader: createDocumentReaders(config), yielder };
  return async (link, context) => {
    // The client checks each list; a cached link is checked again, because the request is signed.
    const url = checkFileLink(link, config);
    if (typeof url === 'string')
      throw vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'link_refused', vendorMessage: url });
    const { authorize, correctClockSkew } = signerFor(url);
    const lastAttempt = { canRetry: false };
    const request: VendorRequest = {
      endpoint: FILE_ENDPOINT,
      method: 'GET',
      url,
      authorize,
      classifyResponse: (response) => {
        lastAttempt.canRetry = correctClockSkew(response);
        const redacted = redact(response);
        return oauthProblemError(redacted, target) ?? errorFromResponse(redacted, target, clock.now());
      },
    };
    const download = async () => {
      const content = await http.stream(request, context, ({ body }) => readFile(body, readerOptions, target));
      reportFlaws(content.flaws, onDropped);
      return content;
    };
    try {
      return await download();
    } catch (error) {
      // A list from the cache has not corrected the clock skew.
      if (!lastAttempt.canRetry) throw error;
      return await download();
    }
  };
}

function reportFlaws({ malformed, foreign, damage }: FileFlaws, onDropped: OnDropped): void {
  if (malformed > 0) onDropped(FILE_ENDPOINT, 'contract', malformed);
  if (foreign > 0) onDropped(FILE_ENDPOINT, 'foreign_account', foreign);
  if (damage !== null) onDropped(FILE_ENDPOINT, toDamageReason(damage), 1);
}

/**
 * Whether a response is an empty list: an error with this text, for which the Singer tap for LivePerson looks, too. Its status is
 * not documented.
 */
function isEmptyListResponse(response: VendorResponse): boolean {
  return response.status >= 300 && /no available files/i.test(response.body.toString('utf8'));
}

function toFileListing(hrefs: readonly (string | null)[], config: LivePersonConfig): FileListing {
  const links: string[] = [];
  const refused: LinkRejection[] = [];
  for (const href of hrefs) {
    const url = href === null ? 'no link' : checkFileLink(href, config);
    if (typeof url === 'string') refused.push(url);
    else links.push(url.href);
  }
  return { links, refused };
}

/** Returns a key that is equal for links to the same file on any host. */
export function fileKey(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

function clampToRange(instant: Instant, { from, to }: TimeRange): Instant {
  return Math.min(Math.max(instant, from), to);
}
