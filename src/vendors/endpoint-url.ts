import { InvalidInputError } from '../domain/invalid-input-error.ts';
import type { VendorUrl } from '../http/types.ts';

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
  const url = new URL(base);
  url.pathname = toPath(base, segments.map(encodeSegment));
  return url;
}

/**
 * Returns a function that does the same with the segments of one endpoint, of which null stands for the segment that differs, and adds
 * parameters. A URL is parsed once: hundreds of calls a second would do it twice each.
 */
export function createUrlTemplate(
  base: URL,
  segments: readonly (string | null)[],
): (segment: string, parameters: readonly (readonly [string, string | number | boolean])[]) => VendorUrl {
  const { origin, protocol, hostname, port } = base;
  const parts = toPath(
    base,
    segments.map((segment) => (segment === null ? PLACEHOLDER : encodeSegment(segment))),
  ).split(PLACEHOLDER);
  return (segment, parameters) => {
    const pathname = parts.join(encodeSegment(segment));
    const search = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    return { origin, protocol, hostname, port, pathname, search: search === '' ? '' : `?${search}` };
  };
}

/** In no path of a URL. */
const PLACEHOLDER = '\0';

function toPath(base: URL, encodedSegments: readonly string[]): string {
  return [base.pathname.replace(/\/+$/, ''), ...encodedSegments].join('/');
}

function encodeSegment(segment: string): string {
  const problem = pathSegmentProblem(segment);
  if (problem !== null) throw new InvalidInputError('ref', problem);
  return encodeURIComponent(segment);
}
