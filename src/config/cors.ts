import { z } from 'zod';
import type { ConfigIssue } from './config-error.ts';
import { namingUrl } from './named-value.ts';

/** An origin as browsers send it (https://www.rfc-editor.org/rfc/rfc6454#section-6.2), or `*` for every origin. */
const originSchema = z
  .string()
  .refine(
    (text) => text === '*' || isOrigin(text),
    namingUrl(
      'must be an origin such as https://wallboard.example.com, in lower case, without a path or a default port; or *',
    ),
  );

export const corsSchema = z.strictObject({
  /** The origins whose pages may use the gateway from a browser. */
  origins: z.array(originSchema).min(1),
  /** How long browsers may keep the answer to a preflight. */
  maxAgeSeconds: z.number().int().min(0).max(86_400).default(600),
});
export type CorsConfig = z.infer<typeof corsSchema>;

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  // No browser sends an asterisk: it would be a pattern, which matches nothing.
  if (!url || text.includes('*')) return false;
  // The origin of other schemes, such as a desktop app's, is opaque to the URL standard but sent by its runtime.
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? url.origin === text
    : /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\]+$/.test(text);
}

const corsAndAuthSchema = z
  .object({
    auth: z.unknown().optional(),
    server: z.object({ cors: z.object({ origins: z.array(z.unknown()) }) }),
  })
  .transform(({ auth, server }) => (auth === undefined ? [] : server.cors.origins))
  .catch([]);

/** With `auth`, `*` would let every page try keys in its visitors' browsers; so each origin has to be named. */
export function findCorsIssues(file: unknown): readonly ConfigIssue[] {
  return corsAndAuthSchema.parse(file).flatMap((origin, index) =>
    origin === '*'
      ? [
          {
            path: ['server', 'cors', 'origins', index],
            message: 'must name an origin: * is accepted only without auth',
          },
        ]
      : [],
  );
}
