import { useState } from 'preact/hooks';

interface KeyFormProps {
  /** Whether a key was given that the gateway refuses. */
  readonly isRefused: boolean;
  /** The gateway's own words. */
  readonly message: string;
  readonly onKey: (key: string) => void;
}

/** Asks for the caller's key. */
export function KeyForm({ isRefused, message, onKey }: KeyFormProps) {
  const [key, setKey] = useState('');
  return (
    <main class="key-page">
      <form
        class="key-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== '') onKey(key.trim());
        }}
      >
        <h1>{isRefused ? 'This key is refused' : 'A key is needed'}</h1>
        <p>{isRefused ? message : 'This gateway answers only callers with an API key or a token.'}</p>
        <label for="key">API key or token</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={key}
          onInput={(event) => {
            setKey(event.currentTarget.value);
          }}
        />
        <button type="submit" class="button button--main">
          Show the board
        </button>
        <p class="muted">Kept for this tab only, until it is closed.</p>
      </form>
    </main>
  );
}
