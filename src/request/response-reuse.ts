/**
 * How far a response may serve other requests that ask the same: those of its whole lifetime, those that wait for it, or none.
 *
 * `lasting`: every part is as the cache holds it, and stays so until the part's `nextChangeAt` or until its entry is written again.
 * `shared`: a part failed, is served although it has expired, or was called for just now: the requests that wait for it get the same, as
 * they would share the vendor's calls; a later one does not.
 * `none`: a part depends on more than the cache, such as the health of accounts.
 */
export type ResponseReuse = 'lasting' | 'shared' | 'none';

const RANKS: Readonly<Record<ResponseReuse, number>> = { none: 0, shared: 1, lasting: 2 };

/** Keeps the narrowest reuse that a part of the response allows. */
export interface ReuseLimit {
  readonly get: () => ResponseReuse;
  readonly restrict: (reuse: ResponseReuse) => void;
}

export function createReuseLimit(): ReuseLimit {
  let narrowest: ResponseReuse = 'lasting';
  return {
    get: () => narrowest,
    restrict: (reuse) => {
      if (RANKS[reuse] < RANKS[narrowest]) narrowest = reuse;
    },
  };
}
