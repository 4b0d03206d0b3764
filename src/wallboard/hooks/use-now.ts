import { useEffect, useState } from 'preact/hooks';
import { useServices } from './board-context.ts';

/** The gateway's time, new every second; with a step, only when it has passed a multiple of it. */
export function useNow(stepMs = 1000): number {
  const { ticker } = useServices();
  const [now, setNow] = useState(ticker.now());
  useEffect(
    () =>
      ticker.subscribe(() => {
        const next = ticker.now();
        setNow((last) => (Math.floor(next / stepMs) === Math.floor(last / stepMs) ? last : next));
      }),
    [ticker, stepMs],
  );
  return now;
}
