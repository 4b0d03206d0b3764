import { InvalidInputError } from '../domain/invalid-input-error.ts';

/** Why a text cannot be one part of a URL's path, whatever it is encoded to; null when it can. */
export function pathSegmentProblem(text: string): string | null {
  if (text === '') return 'must not be empty';
  // encodeURIComponent leaves dots alone, and a URL takes these two for directions.
  if (text === '.' || text === '..') return 'must not be "." or ".."';
  if (/\p{Cc}/u.test(text)) return 'must not hold control characters';
  // encodeURIComponent throws on it.
  return text.isWellFormed() ? null : 'must not hold half a surrogate pair';
}

/** `base` with these parts behind its path, each encoded as one part; throws InvalidInput for one that cannot be. */
export function createEndpointUrl(base: URL, ...segments: readonly string[]): URL {
  const encoded = segments.map((part) => {
    const problem = pathSegmentProblem(part);
    if (problem !== null) throw new InvalidInputError('ref', problem);
    return encodeURIComponent(part);
  });
  const url = new URL(base);
  url.pathname = [base.pathname.replace(/\/+$/, ''), ...encoded].join('/');
  return url;
}
