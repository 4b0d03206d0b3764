import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useAnnouncement } from './hooks/use-announcement.ts';
import { type BoardState, useBoard } from './hooks/use-board.ts';
import { useFullScreenEnd } from './hooks/use-full-screen-end.ts';
import { useNow } from './hooks/use-now.ts';
import { useShortcuts } from './hooks/use-shortcuts.ts';
import { useTimelines } from './hooks/use-timelines.ts';
import { useView } from './hooks/use-view.ts';
import { useVisibleIds } from './hooks/use-visible-ids.ts';
import { describeCounts } from './model/counts.ts';
import type { ViewSettings } from './model/view-settings.ts';
import { AgentList } from './panels/agent-list.tsx';
import { Bots } from './panels/bots.tsx';
import { FreshnessPill } from './panels/freshness-pill.tsx';
import { Help } from './panels/help.tsx';
import { ConnectionNotice, EmptyNotice, type EmptyReason, Skeleton } from './panels/notices.tsx';
import { HatchPattern } from './panels/shapes.tsx';
import { Tiles } from './panels/tiles.tsx';
import { Toolbar } from './panels/toolbar.tsx';
import { TvPages } from './panels/tv-pages.tsx';
import { Vendors } from './panels/vendors.tsx';

/** The list is drawn again that often for what depends on the time alone; durations and ages tick by themselves. */
const LIST_STEP_MS = 5_000;

interface BoardProps {
  /** The gateway does not answer this caller; with its reason. */
  readonly onRefused: (reason: NonNullable<BoardState['people']['feed']['error']>) => void;
}

/** The whole page for a caller whom the gateway answers. */
export function Board({ onRefused }: BoardProps) {
  const now = useNow(LIST_STEP_MS);
  const [view, change] = useView();
  const board = useBoard(view, now);
  const { feed } = board.people;
  // They change by themselves, not with the people.
  const bots = useMemo(() => <Bots isTv={view.tv} />, [view.tv]);
  useEffect(() => {
    if (feed.phase === 'refused' && feed.error) onRefused(feed.error);
  }, [feed, onRefused]);
  return (
    <>
      <Header board={board} view={view} change={change} />
      <main class="board">
        <ConnectionNotice feed={feed} />
        <Tiles
          counts={board.counts}
          trend={board.trend}
          isIncomplete={board.sources.ok < board.sources.total}
          isStale={board.isStale}
          selected={view.status}
          onSelect={
            view.tv
              ? null
              : (status) => {
                  change({ status });
                }
          }
        />
        <div class="columns">
          <Main board={board} view={view} change={change} now={now} />
          <aside class="side" aria-label="Sources and bots">
            <Vendors accounts={board.accounts} troubles={board.sources.troubles} />
            {bots}
          </aside>
        </div>
      </main>
      <Announcer board={board} />
      <HatchPattern />
    </>
  );
}

interface PartProps {
  readonly board: BoardState;
  readonly view: ViewSettings;
  readonly change: (change: Partial<ViewSettings>) => void;
  readonly now: number;
}

function Header({ board, view, change }: Omit<PartProps, 'now'>) {
  const searchField = useRef<HTMLInputElement>(null);
  const [showsHelp, setHelp] = useState(false);
  const showHelp = () => {
    setHelp(true);
  };
  const toggleTv = () => {
    change({ tv: !view.tv });
    toggleFullScreen(!view.tv);
  };
  useFullScreenEnd(() => {
    change({ tv: false });
  });
  useShortcuts({
    '/': () => searchField.current?.focus(),
    t: toggleTv,
    g: () => {
      change({ grouping: view.grouping === 'status' ? 'team' : 'status' });
    },
    '?': showHelp,
    ArrowDown: () => {
      moveFocus(1);
    },
    ArrowUp: () => {
      moveFocus(-1);
    },
  });
  return (
    <header class="head">
      <h1 class="product">Switchboard</h1>
      {!view.tv && (
        <Toolbar
          view={view}
          change={change}
          teams={board.teams}
          accounts={board.feeding}
          searchField={searchField}
          onTv={toggleTv}
          onHelp={showHelp}
        />
      )}
      <FreshnessPill people={board.people} ids={board.shownIds} sources={board.sources} />
      {showsHelp && (
        <Help
          onClose={() => {
            setHelp(false);
          }}
        />
      )}
    </header>
  );
}

function Main({ board, view, change, now }: PartProps) {
  const { ids, observe } = useVisibleIds();
  const timelines = useTimelines(ids);
  if (!board.people.feed.data) return <Skeleton />;
  if (board.groups.length === 0)
    return (
      <EmptyNotice
        reason={emptyReason(board, view)}
        onReset={() => {
          change({ team: null, source: null, search: '', status: null });
        }}
      />
    );
  const list = { groups: board.groups, grouping: view.grouping, people: board.people, timelines, now, observe };
  return view.tv ? <TvPages {...list} /> : <AgentList {...list} />;
}

function emptyReason({ people, shown }: BoardState, { tv, status }: ViewSettings): EmptyReason {
  if (people.agents.length === 0) return 'unknown';
  return tv && status === null && shown.length > 0 ? 'offline' : 'filter';
}

/** Says the counts to a screen reader, seldom enough to be listened to. */
function Announcer({ board: { counts } }: Pick<PartProps, 'board'>) {
  const now = useNow();
  const text = useAnnouncement(counts ? describeCounts(counts) : '', now);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {text}
    </p>
  );
}

function toggleFullScreen(isOn: boolean): void {
  // A browser may refuse, and that of an iPhone has no full screen; TV mode works without.
  if (!document.fullscreenEnabled) return;
  const done = isOn ? document.documentElement.requestFullscreen() : document.exitFullscreen();
  done.catch(() => undefined);
}

function moveFocus(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.row-name')];
  const index = rows.indexOf(document.activeElement as HTMLElement);
  rows[index === -1 ? 0 : Math.min(Math.max(index + step, 0), rows.length - 1)]?.focus();
}
