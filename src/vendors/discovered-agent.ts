import { z } from 'zod';
import type { DiscoveredAgent } from '../domain/agent.ts';

/** A discovered agent as it is cached. */
export const discoveredAgentSchema: z.ZodType<DiscoveredAgent> = z.object({
  ref: z.string(),
  aliases: z.array(z.string()),
  name: z.string().nullable(),
  email: z.string().nullable(),
});
