import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/**
 * The address of something that is trusted with secrets: https, or plain http on this machine, where nobody listens in
 * (a local stub). No user name, password or fragment.
 */
export const secureUrlSchema = z
  .url({ protocol: /^https?$/, error: ({ input }) => (input === undefined ? undefined : 'must be an http(s) URL') })
  .transform((text) => new URL(text))
  .refine((url) => url.protocol === 'https:' || isLoopback(url.hostname), 'must be https, except on this machine')
  .refine((url) => url.username === '' && url.password === '', 'must not hold a user name or password')
  .refine((url) => url.hash === '', 'must not hold a fragment');
