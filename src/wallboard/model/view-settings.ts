import type { AgentStatus } from '../generated/documents.ts';
import type { BoardFilter } from './filtering.ts';
import type { Grouping } from './grouping.ts';
import { STATUSES } from './status-order.ts';

export type Theme = 'auto' | 'light' | 'dark';

/** How the board looks, kept in the address so that a view can be bookmarked. */
export interface ViewSettings extends BoardFilter {
  readonly grouping: Grouping;
  /** Only this status in the list; the tiles count all. */
  readonly status: AgentStatus | null;
  readonly theme: Theme;
  readonly tv: boolean;
}

const DEFAULT_VIEW: ViewSettings = {
  team: null,
  source: null,
  search: '',
  grouping: 'status',
  status: null,
  theme: 'auto',
  tv: false,
};

/** Reads `?team=…&source=account:kore-main&q=…&group=team&status=AWAY&theme=dark&tv=1`; what is not understood is left out. */
export function parseView(query: string): ViewSettings {
  const params = new URLSearchParams(query);
  return {
    team: readText(params, 'team'),
    source: readText(params, 'source'),
    search: params.get('q') ?? '',
    grouping: oneOf(params.get('group'), ['status', 'team'], DEFAULT_VIEW.grouping),
    status: oneOf<AgentStatus | null>(params.get('status'), STATUSES, null),
    theme: oneOf(params.get('theme'), ['auto', 'light', 'dark'], DEFAULT_VIEW.theme),
    tv: params.get('tv') === '1',
  };
}

/** The query of an address; defaults are left out. */
export function formatView(view: ViewSettings): string {
  const params = new URLSearchParams();
  if (view.team !== null) params.set('team', view.team);
  if (view.source !== null) params.set('source', view.source);
  if (view.search !== '') params.set('q', view.search);
  if (view.grouping !== DEFAULT_VIEW.grouping) params.set('group', view.grouping);
  if (view.status !== null) params.set('status', view.status);
  if (view.theme !== DEFAULT_VIEW.theme) params.set('theme', view.theme);
  if (view.tv) params.set('tv', '1');
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}

function readText(params: URLSearchParams, name: string): string | null {
  const text = params.get(name);
  return text === '' ? null : text;
}

function oneOf<Value extends string | null>(text: string | null, values: readonly Value[], fallback: Value): Value {
  return values.find((value) => value === text) ?? fallback;
}
