import { z } from 'zod';
import { isLoopback } from './loopback.ts';
import { namingUrl, withUrl } from './named-value.ts';
import { createHeadersSchema } from './request-headers.ts';

export const ENDPOINT_MESSAGE = 'must be an http(s) URL without a user name, password, query or fragment';

const endpointSchema = z
  .string()
  .refine(isEndpoint, namingUrl(ENDPOINT_MESSAGE))
  .transform((text) => new URL(text));

/** Traces; see docs/operations.md. */
export const telemetrySchema = z.strictObject({
  otlp: z
    .strictObject({
      /** The collector's base URL: traces are sent to `v1/traces` below it. */
      endpoint: endpointSchema,
      /** Headers of every export, such as an API key. */
      headers: createHeadersSchema(['user-agent'], ['authorization']),
    })
    // A collector within the same cluster often has no certificate.
    .refine(
      ({ endpoint, headers }) =>
        endpoint.protocol === 'https:' || isLoopback(endpoint.hostname) || Object.keys(headers).length === 0,
      {
        path: ['endpoint'],
        error: ({ input }) =>
          withUrl(
            'must be https where headers are sent, since they are secret; http is allowed for loopback hosts',
            (input as { readonly endpoint: URL }).endpoint.origin,
          ),
      },
    )
    .optional(),
  /** The share of the traces that begin here which is recorded. A caller's decision holds for the caller's traces. */
  sampleRatio: z.number().min(0).max(1).optional(),
  serviceName: z.string().min(1).max(255).optional(),
});
export type TelemetrySettings = z.infer<typeof telemetrySchema>;

/** Whether a text is the URL of a collector. A secret belongs into a header. */
export function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === '');
}
