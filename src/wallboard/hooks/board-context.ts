import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../../../packages/client/src/index.ts';
import type { Ticker } from '../data/ticker.ts';

/** What all parts of the board share. */
export interface BoardServices {
  readonly client: Client;
  readonly ticker: Ticker;
}

export const BoardContext = createContext<BoardServices | null>(null);

export function useServices(): BoardServices {
  const services = useContext(BoardContext);
  if (!services) throw new Error('BoardContext has no value here.');
  return services;
}
