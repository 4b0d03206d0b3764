import { anonymousCaller, type Caller } from '../request/caller.ts';
import { toAddressGroup } from './client-address.ts';

/**
 * Returns what a client's streams are counted by: its caller, or its address where there is no authentication, so that one browser cannot
 * take the streams of all.
 */
export function toLimitKey(caller: Caller, clientAddress: string): string {
  return caller === anonymousCaller ? `${caller.name} ${toAddressGroup(clientAddress)}` : caller.name;
}
