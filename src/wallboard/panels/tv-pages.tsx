import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AgentGroup } from '../model/grouping.ts';
import { splitPages, tvPageAt } from '../model/tv-pages.ts';
import { AgentList, type AgentListProps } from './agent-list.tsx';

/** Of the gaps between groups and the page's number. */
const MARGIN = 48;

/** The list without controls: as many rows as the screen has room for, page after page. */
export function TvPages(props: AgentListProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [capacity, setCapacity] = useState(12);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const rowHeight = element.querySelector('.row')?.getBoundingClientRect().height ?? 0;
      if (rowHeight > 0) setCapacity(Math.max(2, Math.floor((element.clientHeight - MARGIN) / rowHeight)));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  const pages = splitPages(props.groups, capacity);
  const index = tvPageAt(props.now, pages.length);
  const groups: readonly AgentGroup[] = pages[index] ?? [];
  return (
    <div ref={frame} class="tv-frame">
      <AgentList {...props} groups={groups} />
      {pages.length > 1 && (
        <p class="tv-page">
          {index + 1} / {pages.length}
        </p>
      )}
    </div>
  );
}
