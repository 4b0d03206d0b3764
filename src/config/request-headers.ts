import { z } from 'zod';
import { secretSchema } from './secret.ts';

/** A field name (https://www.rfc-editor.org/rfc/rfc9110#section-5.1). */
const HEADER_NAME_PATTERN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers that the gateway sets itself, for credentials, media types or the body, and those of the connection or the proxy. */
const RESERVED_HEADERS: readonly string[] = [
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const headerValueSchema = z
  .string()
  .regex(/^[\x21-\x7e]+([ \t]+[\x21-\x7e]+)*$/, 'must be printable ASCII, without spaces around it')
  .pipe(secretSchema);

/**
 * Creates the schema of extra request headers; `ownHeaders` are those that the client sets besides the usual ones, `allowedHeaders`
 * those of the usual ones that it does not set. Both in lower case.
 */
export function createHeadersSchema(ownHeaders: readonly string[] = [], allowedHeaders: readonly string[] = []) {
  const reservedHeaders = new Set([...RESERVED_HEADERS, ...ownHeaders]).difference(new Set(allowedHeaders));
  return z
    .record(z.string(), headerValueSchema)
    .superRefine((headers, context) => {
      const names = new Set<string>();
      for (const name of Object.keys(headers)) {
        const message = findNameProblem(name, names, reservedHeaders);
        names.add(name.toLowerCase());
        if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .transform((headers) => Object.fromEntries(Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v])))
    .default({});
}

function findNameProblem(
  name: string,
  earlierNames: ReadonlySet<string>,
  reservedHeaders: ReadonlySet<string>,
): string | null {
  const lowerCaseName = name.toLowerCase();
  if (!HEADER_NAME_PATTERN.test(name)) return "must be named like a header: letters, digits and -_.!#$%&'*+^`|~";
  if (lowerCaseName === 'proxy-authorization')
    return 'cannot be set here; put the user name and password into proxyUrl';
  if (reservedHeaders.has(lowerCaseName)) return 'cannot be set: the gateway sets this header itself';
  return earlierNames.has(lowerCaseName) ? 'is the same header as an earlier one: names do not depend on case' : null;
}
