import { z } from 'zod';
import type { Entry } from './store.ts';

const storedEntrySchema = z.object({
  key: z.string(),
  value: z.unknown(),
  notFound: z.object({ message: z.string(), reason: z.string().nullable(), status: z.number().nullable() }).optional(),
  isFinal: z.boolean().optional(),
  fetchedAt: z.number(),
  freshUntil: z.number(),
  expiresAt: z.number(),
});

/** Returns an entry as the text that stores outside this process keep: it names its key, so that no other one is taken for it. */
export function formatEntry(key: string, entry: Entry): string {
  return JSON.stringify({ key, ...entry });
}

/** Returns the entry if the text is a valid one that belongs to the key; anything else is a miss. */
export function parseEntry(text: string, key: string): Entry | undefined {
  try {
    const { success, data } = storedEntrySchema.safeParse(JSON.parse(text));
    return success && data.key === key ? data : undefined;
  } catch {
    return undefined;
  }
}
