import { useEffect, useRef } from 'preact/hooks';

/** Calls back when the browser leaves full screen, by whatever key: TV mode alone has no control that ends it. */
export function useFullScreenEnd(onEnd: () => void): void {
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    const onChange = () => {
      if (!document.fullscreenElement) latest.current();
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
    };
  }, []);
}
