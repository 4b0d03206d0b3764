import type { Desk } from './desk.ts';

/** What every resolver is given. */
export interface Context {
  readonly desk: Desk;
}
