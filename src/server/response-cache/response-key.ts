import type { Caller } from '../../request/caller.ts';

/** Longer requests are rare, and their responses are not worth the memory of their keys. */
const MAX_KEY_LENGTH = 16_384;

/** What a response depends on besides the data. */
export interface ResponseKeyParts {
  readonly caller: Caller;
  readonly method: string;
  readonly accept: string | undefined;
  /** The query string of a GET. */
  readonly search: string;
  /** The body of a POST. */
  readonly body: Buffer | null;
}

/** Returns the key of a request; null for one that is too long. */
export type ToResponseKey = (request: ResponseKeyParts) => string | null;

/**
 * Creates keys of what requests with the same response have in common: callers with the same accounts and scopes, the same bytes,
 * the same media types.
 */
export function createResponseKeys(): ToResponseKey {
  const viewOf = createCallerViews();
  return ({ caller, method, accept = '', search, body }) => {
    if (accept.length + search.length + (body?.length ?? 0) > MAX_KEY_LENGTH) return null;
    // Only the last part can contain a line break, so no two requests give the same text.
    return `${viewOf(caller)}\n${method}\n${accept}\n${search}\n${body?.toString('latin1') ?? ''}`;
  };
}

/** Creates a function that returns what a caller may see, as text: equal for callers with the same accounts and scopes. */
export function createCallerViews(): (caller: Caller) => string {
  // The callers of API keys live as long as the process.
  const views = new WeakMap<Caller, string>();
  return (caller) => {
    const view = views.get(caller) ?? formatView(caller);
    views.set(caller, view);
    return view;
  };
}

/** What a caller may see, as text. */
function formatView({ accounts, scopes }: Caller): string {
  return JSON.stringify([accounts && [...accounts].toSorted(), [...scopes].toSorted()]);
}
