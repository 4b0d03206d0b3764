import type { CallContext } from '../../http/types.ts';
import type { VonageClient } from './client.ts';

/** Asks for one agent's latest interactions, with a new token. Without an agent, a token alone says nothing of the account's key. */
export async function probe(client: VonageClient, ref: string | null, context: CallContext): Promise<boolean> {
  if (ref === null) return false;
  await client.latestInteractions(ref, {}, context);
  return true;
}
