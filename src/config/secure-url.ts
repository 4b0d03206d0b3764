import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/**
 * The URL of a service that receives secrets: https, or http to a loopback host (a local stub), whose traffic stays on this
 * machine. No user name, password or fragment.
 */
export const secureUrlSchema = z
  .url({ protocol: /^https?$/, error: ({ input }) => (input === undefined ? undefined : 'must be an http(s) URL') })
  .transform((text) => new URL(text))
  .refine(
    (url) => url.protocol === 'https:' || isLoopback(url.hostname),
    'must be https; http is allowed for loopback hosts only',
  )
  .refine((url) => url.username === '' && url.password === '', 'must not contain a user name or password')
  .refine((url) => url.hash === '', 'must not contain a fragment');
