import { useNow } from '../hooks/use-now.ts';
import { formatDuration } from '../text/durations.ts';

/** A duration up to now, which ticks by itself: its row is not drawn again. */
export function Elapsed({ since }: { readonly since: number }) {
  const now = useNow();
  return <>{formatDuration(now - since)}</>;
}
