import { InvalidInputError } from '../domain/invalid-input-error.ts';

/** Why a text cannot be a path segment of a URL, in any encoding; null when it can. */
export function pathSegmentProblem(text: string): string | null {
  if (text === '') return 'must not be empty';
  // encodeURIComponent does not encode dots, and a URL resolves these two segments.
  if (text === '.' || text === '..') return 'must not be "." or ".."';
  if (/\p{Cc}/u.test(text)) return 'must not contain control characters';
  // encodeURIComponent throws on a lone surrogate.
  return text.isWellFormed() ? null : 'must not contain half a surrogate pair';
}

/** Appends path segments to `base`, each encoded. Throws InvalidInputError for a text that cannot be a segment. */
export function createEndpointUrl(base: URL, ...segments: readonly string[]): URL {
  const encoded = segments.map((segment) => {
    const problem = pathSegmentProblem(segment);
    if (problem !== null) throw new InvalidInputError('ref', problem);
    return encodeURIComponent(segment);
  });
  const url = new URL(base);
  url.pathname = [base.pathname.replace(/\/+$/, ''), ...encoded].join('/');
  return url;
}
