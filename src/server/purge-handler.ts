import type { Caller } from '../request/caller.ts';
import type { AcquireCaller } from './caller-limits.ts';
import type { Exchange } from './exchange.ts';
import type { AcquireSlot } from './load-shedding.ts';
import { parsePurgeRequest, type PurgeRequest, type PurgeRequestProblem } from './purge-request.ts';
import { parseJsonBody, readJsonBytes } from './request-body.ts';
import { sendJson } from './respond.ts';

/** What a purge has dropped, as it is answered. */
export interface PurgeReport {
  readonly purgedAt: string;
  readonly accounts: readonly {
    readonly account: string;
    /**
     * Where an agent is named: whether it is known at the account. Null: nothing is known of it, but the account's agents have not been
     * discovered yet.
     */
    readonly agentKnown?: boolean | null;
    /** The entries in this process's memory, by endpoint. */
    readonly endpoints: readonly { readonly endpoint: string; readonly entries: number }[];
  }[];
  /** The complete responses that this process kept, of all callers; absent for a caller who may not use all accounts. */
  readonly responses?: number;
  /** The processes of the fleet, and how many of them have dropped it, too. */
  readonly fleet: { readonly processes: number; readonly heard: number; readonly complete: boolean };
}

/** Drops cached values. */
export interface CachePurger {
  /** The names of all accounts that the caller may use. */
  readonly accountNamesFor: (caller: Caller) => readonly string[];
  readonly purge: (
    request: PurgeRequest,
    by: { readonly caller: Caller; readonly requestId: string },
  ) => Promise<PurgeReport>;
}

export interface PurgeHandlerOptions {
  readonly purger: CachePurger;
  readonly acquireCaller: AcquireCaller;
  readonly acquireSlot: AcquireSlot;
  readonly maxBodyBytes: number;
}

/**
 * Creates the handler of /admin/purge, which runs after the caller is authorized. Only a JSON body is read, which a page of another site
 * cannot send without a preflight.
 */
export function createPurgeHandler({ purger, acquireCaller, acquireSlot, maxBodyBytes }: PurgeHandlerOptions) {
  return async (exchange: Exchange, caller: Caller): Promise<void> => {
    exchange.onClose(acquireCaller(caller.name));
    const body = parseJsonBody(await readJsonBytes(exchange.request, maxBodyBytes));
    const request = parsePurgeRequest(body, purger.accountNamesFor(caller));
    if (!('accounts' in request)) {
      sendJson(exchange, 400, formatProblems(request));
      return;
    }
    const slot = await acquireSlot(caller, exchange.disconnected);
    exchange.onClose(slot.release);
    sendJson(exchange, 200, await purger.purge(request, { caller, requestId: exchange.requestId }));
  };
}

/** In the shape of the other error responses, with an error for each problem. */
function formatProblems(problems: readonly PurgeRequestProblem[]) {
  return {
    errors: problems.map(({ key, message }) => ({
      message: key === '' ? `The body ${message}.` : `${key}: ${message}`,
      extensions: { code: 'BAD_USER_INPUT', key },
    })),
  };
}
