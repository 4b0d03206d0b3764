import type { AgentGroup } from './grouping.ts';

/** How long a page of TV mode is shown. */
export const TV_PAGE_MS = 12_000;

/** Cuts groups into pages of at most `capacity` lines; a group's heading is a line, and stands again on each of its pages. */
export function splitPages(groups: readonly AgentGroup[], capacity: number): readonly (readonly AgentGroup[])[] {
  const pages: AgentGroup[][] = [];
  let page: AgentGroup[] = [];
  let free = capacity;
  const turn = () => {
    pages.push(page);
    page = [];
    free = capacity;
  };
  for (const group of groups) {
    for (let start = 0; start < group.agents.length;) {
      // A heading without a row below it says nothing.
      if (free < 2 && page.length > 0) turn();
      const agents = group.agents.slice(start, start + Math.max(1, free - 1));
      page.push({ ...group, agents });
      start += agents.length;
      free -= agents.length + 1;
    }
  }
  if (page.length > 0) turn();
  return pages;
}

/** Which of some pages is shown at a time. */
export function tvPageAt(now: number, pages: number): number {
  return Math.floor(now / TV_PAGE_MS) % Math.max(1, pages);
}
