import { useMemo, useState } from 'preact/hooks';
import { createClient } from '../../packages/client/src/index.ts';
import { Board } from './board.tsx';
import { createGatewayClock, createObservingFetch } from './data/gateway-clock.ts';
import { createKeyStore } from './data/key-store.ts';
import { createTicker } from './data/ticker.ts';
import { BoardContext } from './hooks/board-context.ts';
import { KeyForm } from './panels/key-form.tsx';

const keys = createKeyStore(sessionStorage);

/** The board, once the gateway accepts the caller; until then the form for a key. */
export function App() {
  const [key, setKey] = useState(keys.read());
  const [refusal, setRefusal] = useState<string | null>(null);
  const services = useMemo(() => createServices(key), [key]);
  if (refusal !== null) {
    return (
      <KeyForm
        isRefused={key !== null}
        message={refusal}
        onKey={(next) => {
          keys.write(next);
          setKey(next);
          setRefusal(null);
        }}
      />
    );
  }
  return (
    <BoardContext.Provider value={services}>
      <Board
        key={key ?? ''}
        onRefused={(message) => {
          keys.write(null);
          setRefusal(message);
        }}
      />
    </BoardContext.Provider>
  );
}

function createServices(key: string | null) {
  const clock = createGatewayClock(Date.now);
  const client = createClient({
    // Relative, so that the page also works behind a proxy that serves the gateway below a path.
    url: new URL('graphql', location.href),
    ...(key !== null && { token: key }),
    fetch: createObservingFetch(clock, Date.now, (...args) => globalThis.fetch(...args)),
  });
  const timers = {
    start: (callback: () => void, ms: number) => window.setInterval(callback, ms),
    stop: (id: number) => {
      clearInterval(id);
    },
  };
  return { client, ticker: createTicker(clock.now, timers) };
}
