import type { QueryContext } from './query-context.ts';

/** What every resolver is given. */
export interface Context {
  readonly desk: QueryContext;
}
