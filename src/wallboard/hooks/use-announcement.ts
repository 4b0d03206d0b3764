import { useEffect, useRef, useState } from 'preact/hooks';

const MIN_PAUSE_MS = 30_000;

/** The text for a live region: the latest one, at most every 30 seconds. */
export function useAnnouncement(text: string, now: number): string {
  const [announced, setAnnounced] = useState('');
  const at = useRef(-Infinity);
  useEffect(() => {
    if (text === announced || text === '' || now - at.current < MIN_PAUSE_MS) return;
    at.current = now;
    setAnnounced(text);
  }, [text, announced, now]);
  return announced;
}
