import { z } from 'zod';
import { isLoopback } from './loopback.ts';
import { withUrl } from './named-value.ts';

/**
 * The URL of a service that receives secrets: https, or http to a loopback host (a local stub), whose traffic stays on this
 * machine. No user name, password or fragment.
 */
export const secureUrlSchema = z
  .url({
    protocol: /^https?$/,
    error: ({ input }) => (input === undefined ? undefined : withUrl('must be an http(s) URL', input)),
  })
  .transform((text) => new URL(text))
  .refine((url) => url.protocol === 'https:' || isLoopback(url.hostname), {
    error: ({ input }) =>
      withUrl('must be https; http is allowed for loopback hosts only', input instanceof URL ? trimSlash(input) : ''),
  })
  .refine((url) => url.username === '' && url.password === '', 'must not contain a user name or password')
  .refine((url) => url.hash === '', 'must not contain a fragment');

/** A URL of an origin as operators write it. */
function trimSlash({ href }: URL): string {
  return href.replace(/\/$/, '');
}
