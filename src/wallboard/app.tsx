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
  // A gateway may take a caller's queries by their ids only; one that has no trusted documents knows no ids.
  const [documentIds, setDocumentIds] = useState(false);
  const services = useMemo(() => createServices(key, documentIds), [key, documentIds]);
  if (refusal !== null) {
    return (
      <KeyForm
        isRefused={key !== null}
        message={refusal}
        onKey={(next) => {
          keys.write(next);
          setKey(next);
          setRefusal(null);
          setDocumentIds(false);
        }}
      />
    );
  }
  return (
    <BoardContext.Provider value={services}>
      <Board
        key={`${documentIds ? 'ids' : 'texts'} ${key ?? ''}`}
        onRefused={({ code, message }) => {
          if (code === 'FORBIDDEN' && !documentIds) {
            setDocumentIds(true);
            return;
          }
          keys.write(null);
          setRefusal(message);
        }}
      />
    </BoardContext.Provider>
  );
}

function createServices(key: string | null, documentIds: boolean) {
  const clock = createGatewayClock(Date.now);
  const client = createClient({
    // Relative, so that the page also works behind a proxy that serves the gateway below a path.
    url: new URL('graphql', location.href),
    ...(key !== null && { token: key }),
    documentIds,
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
