import { useNow } from '../hooks/use-now.ts';
import type { People } from '../hooks/use-people.ts';
import { formatAge } from '../text/durations.ts';

/** What is wrong with the connection; the last data stays below it. */
export function ConnectionNotice({ feed }: { readonly feed: People['feed'] }) {
  const now = useNow();
  const age = feed.failingSince === null ? '' : formatAge(now - feed.failingSince);
  if (feed.phase === 'reconnecting')
    return <Notice kind="late">Reconnecting for {age}. What you see is the last answer; its age counts on.</Notice>;
  if (feed.phase === 'gone')
    return (
      <Notice kind="bad">
        The gateway has not answered for {age}. {feed.error?.message} The board tries again by itself.
      </Notice>
    );
  return null;
}

function Notice({ kind, children }: { readonly kind: 'late' | 'bad'; readonly children: preact.ComponentChildren }) {
  return (
    <div class={`notice notice--${kind}`} role="alert">
      <p>{children}</p>
    </div>
  );
}

/** The gateway knows no people, none of them fits the filter, or TV mode leaves those out who are offline, and all are. */
export type EmptyReason = 'unknown' | 'filter' | 'offline';

/** Why the list is empty. */
export function EmptyNotice({ reason, onReset }: { readonly reason: EmptyReason; readonly onReset: () => void }) {
  if (reason === 'offline')
    return (
      <div class="empty">
        <h2>Everyone is offline</h2>
      </div>
    );
  if (reason === 'unknown')
    return (
      <div class="empty">
        <h2>No people</h2>
        <p>
          The gateway knows no agent of the kind HUMAN: the directory lists none, and no account has discovered one.
        </p>
      </div>
    );
  return (
    <div class="empty">
      <h2>Nothing matches</h2>
      <p>No one on the board fits the filter.</p>
      <button type="button" class="button" onClick={onReset}>
        Show all
      </button>
    </div>
  );
}

/** The page's form before the first answer. */
export function Skeleton() {
  return (
    <div class="groups" role="status" aria-label="Loading">
      {Array.from({ length: 10 }, (_, index) => (
        <div key={index} class="row row--bone">
          <span class="bone bone--dot" />
          <span class="bone" />
          <span class="bone" />
          <span class="bone" />
          <span class="bone" />
          <span class="bone" />
        </div>
      ))}
    </div>
  );
}
