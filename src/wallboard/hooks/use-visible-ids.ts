import { useEffect, useMemo, useState } from 'preact/hooks';

export interface VisibleIds {
  /** The agents whose rows are on the screen or close to it. */
  readonly ids: readonly string[];
  /** For the element of a row, which carries the agent's id in `data-agent`. */
  readonly observe: (row: Element) => () => void;
}

/** Rows near the screen count, so that their timelines are there when they are scrolled to. */
const MARGIN = '240px';

export function useVisibleIds(): VisibleIds {
  const [ids, setIds] = useState<readonly string[]>([]);
  const observer = useMemo(() => {
    const visible = new Set<string>();
    return new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const id = target.getAttribute('data-agent') ?? '';
          if (isIntersecting) visible.add(id);
          else visible.delete(id);
        }
        setIds([...visible]);
      },
      { rootMargin: MARGIN },
    );
  }, []);
  useEffect(
    () => () => {
      observer.disconnect();
    },
    [observer],
  );
  const observe = useMemo(
    () => (row: Element) => {
      observer.observe(row);
      return () => {
        observer.unobserve(row);
      };
    },
    [observer],
  );
  return { ids, observe };
}
