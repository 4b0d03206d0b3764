import { useLayoutEffect, useRef } from 'preact/hooks';
import { useServices } from '../hooks/board-context.ts';
import { formatDuration } from '../text/durations.ts';

/** A duration up to now, which ticks by itself: hundreds of them change every second, without drawing a component again. */
export function Elapsed({ since }: { readonly since: number }) {
  const { ticker } = useServices();
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const show = () => {
      const text = formatDuration(ticker.now() - since);
      if (element.current && element.current.textContent !== text) element.current.textContent = text;
    };
    show();
    return ticker.subscribe(show);
  }, [ticker, since]);
  return <span ref={element} />;
}
