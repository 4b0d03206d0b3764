import { useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { ObservableValue } from './observable-value.ts';

interface KeyFormProps {
  readonly accessKey: ObservableValue<string>;
  /** Whether the gateway has refused a request because it had no valid key. */
  readonly isMissing: ObservableValue<boolean>;
}

/** The one place for the caller's key. It opens by itself where the gateway asks for one. */
export function KeyForm({ accessKey, isMissing }: KeyFormProps) {
  const key = useSyncExternalStore(accessKey.subscribe, accessKey.get);
  const isKeyMissing = useSyncExternalStore(isMissing.subscribe, isMissing.get);
  const actions = useGraphiQLActions();
  const popover = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (isKeyMissing) popover.current?.showPopover();
  }, [isKeyMissing]);

  function use(text: string) {
    accessKey.set(text);
    isMissing.set(false);
    popover.current?.hidePopover();
    void actions.introspect();
  }

  return (
    <>
      <button type="button" className="key-button" popoverTarget="key-form" data-set={key !== ''}>
        {key === '' ? 'Key' : 'Key set'}
      </button>
      <div id="key-form" popover="auto" ref={popover} className="key-form">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            use(input.current?.value ?? '');
            event.currentTarget.reset();
          }}
        >
          {isKeyMissing && <p role="alert">This gateway answers callers with a valid key only.</p>}
          <label htmlFor="key-input">API key or token</label>
          <div className="key-row">
            <input id="key-input" ref={input} type="password" autoComplete="off" spellCheck={false} />
            <button type="submit">Use</button>
          </div>
          <p>
            Sent with every operation of this page. Kept until this browser tab is closed, and never stored for longer.
          </p>
          {key !== '' && (
            <button
              type="button"
              onClick={() => {
                use('');
              }}
            >
              Forget the key
            </button>
          )}
        </form>
      </div>
    </>
  );
}
