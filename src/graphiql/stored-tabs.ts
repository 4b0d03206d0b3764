import type { Example } from './example.ts';
import type { TextStorage } from './storage.ts';

/** Where GraphiQL keeps its tabs, and what its editors last held. */
const TABS_KEY = 'graphiql:tabState';
const EDITOR_KEYS = ['graphiql:query', 'graphiql:variables'];
/** Where the time is kept for which the variables of examples were made. */
const EXAMPLES_TIME_KEY = 'switchboard:examplesTime';

interface StoredTab {
  readonly query: string | null;
  readonly variables?: string | null;
}

/** What the editors start with. */
export interface EditorContent {
  readonly query: string;
  readonly variables: string;
}

export interface RestoreOptions {
  readonly storage: TextStorage;
  /** The examples for a time. */
  readonly listExamples: (now: number) => readonly Example[];
  readonly now: number;
}

/**
 * Prepares the tabs of the last visit, and returns the content of the active one; null on a first visit. Variables of examples that are
 * unedited name the present again. GraphiQL would open the content of its editors as another tab, since it stores their query and
 * variables at different times: the stored editors are removed, and tabs that were doubled so are merged.
 */
export function restoreTabs({ storage, listExamples, now }: RestoreOptions): EditorContent | null {
  const state = readTabs(storage.getItem(TABS_KEY));
  const storedTime = Number(storage.getItem(EXAMPLES_TIME_KEY));
  storage.setItem(EXAMPLES_TIME_KEY, String(now));
  for (const key of EDITOR_KEYS) storage.removeItem(key);
  if (!state) return null;
  const renew = createRenewal(listExamples(storedTime), listExamples(now));
  const [tabs, activeTabIndex] = mergeDoubles(state.tabs.map(renew), state.activeTabIndex);
  storage.setItem(TABS_KEY, JSON.stringify({ ...state, tabs, activeTabIndex }));
  const active = tabs[activeTabIndex];
  return { query: active?.query ?? '', variables: active?.variables ?? '' };
}

interface TabsState {
  readonly tabs: readonly StoredTab[];
  readonly activeTabIndex: number;
}

function readTabs(text: string | null): TabsState | null {
  try {
    const state = JSON.parse(text ?? 'null') as TabsState | null;
    return state && Array.isArray(state.tabs) && state.tabs.length > 0 && Number.isInteger(state.activeTabIndex)
      ? state
      : null;
  } catch {
    return null;
  }
}

function createRenewal(before: readonly Example[], present: readonly Example[]): (tab: StoredTab) => StoredTab {
  const renewed = new Map(before.map(({ variables }, index) => [variables, present[index]?.variables]));
  return (tab) => {
    const variables = tab.variables ? renewed.get(tab.variables) : undefined;
    return variables ? { ...tab, variables } : tab;
  };
}

function mergeDoubles(
  tabs: readonly StoredTab[],
  activeTabIndex: number,
): readonly [tabs: readonly StoredTab[], activeTabIndex: number] {
  const places = new Map<string, number>();
  const merged: StoredTab[] = [];
  let active = 0;
  tabs.forEach((tab, index) => {
    const content = JSON.stringify([tab.query ?? '', tab.variables ?? '']);
    const place = places.get(content) ?? merged.length;
    if (place === merged.length) merged.push(tab);
    places.set(content, place);
    if (index === activeTabIndex) active = place;
  });
  return [merged, active];
}
