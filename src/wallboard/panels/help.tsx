import { useEffect, useRef } from 'preact/hooks';
import { STATUS_NAMES, STATUSES } from '../model/status-order.ts';
import { StatusShape } from './shapes.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['↑ ↓', 'move through the people'],
  ['← →', 'move through a person’s day'],
  ['Enter', 'open or close a person'],
  ['g', 'group by status or team'],
  ['t', 'TV mode on or off'],
  ['?', 'this help'],
];

/** Keys, and what the signs mean. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Help</h2>
      <dl class="keys">
        {KEYS.map(([key, action]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <ul class="signs">
        {STATUSES.map((status) => (
          <li key={status}>
            <StatusShape status={status} /> {STATUS_NAMES[status]}
          </li>
        ))}
        <li>
          <span class="sign sign--dashed" /> a source is missing
        </li>
        <li>
          <span class="sign sign--grey" /> without colour: too old to be trusted
        </li>
      </ul>
      <p>
        Ask your own questions in <a href="graphiql">GraphiQL</a>.
      </p>
      <form method="dialog">
        <button type="submit" class="button" autofocus>
          Close
        </button>
      </form>
    </dialog>
  );
}
