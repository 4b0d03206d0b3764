import './workers.ts';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { createAccessKey } from './access-key.ts';
import { AnswerFooter } from './answer-footer.tsx';
import { createExamplesPlugin } from './examples-plugin.tsx';
import { listExamples } from './examples.ts';
import { createFetcher } from './fetcher.ts';
import { KeyForm } from './key-form.tsx';
import { createPageState } from './page-state.ts';
import { createStorageWithoutHeaders } from './storage.ts';
import { restoreTabs } from './stored-tabs.ts';

const key = createAccessKey(sessionStorage);
const state = createPageState();
const storage = createStorageWithoutHeaders(localStorage);
const now = Date.now();
const examples = listExamples(now);
const restored = restoreTabs({
  storage,
  listExamples: (time) => listExamples(time).flatMap((group) => group.examples),
  now,
});

const fetcher = createFetcher({
  // Relative, so that the page also works behind a proxy that serves the gateway below a path.
  url: new URL('graphql', location.href).href,
  fetch: (...args) => fetch(...args),
  nowMs: () => performance.now(),
  key: key.get,
  explain: state.explain.get,
  onAnswer: state.answer.set,
  onUnauthenticated: () => {
    state.isKeyMissing.set(true);
  },
});
const examplesPlugin = createExamplesPlugin(examples, state);
const plugins = [examplesPlugin, HISTORY_PLUGIN, explorerPlugin()];
/** Below this the panel would leave no room for the query. */
const isWide = matchMedia('(min-width: 1400px)').matches;

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher as never}
      plugins={plugins}
      storage={storage}
      {...(restored && { initialQuery: restored.query, initialVariables: restored.variables })}
      {...(!restored && isWide && { visiblePlugin: examplesPlugin })}
      defaultTabs={examples.flatMap((group) => group.examples).slice(0, 1)}
      shouldPersistHeaders={false}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <KeyForm accessKey={key} isMissing={state.isKeyMissing} />
        <span className="wordmark">
          Switchboard<small>GraphiQL</small>
        </span>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <AnswerFooter answer={state.answer} explain={state.explain} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

const root = document.getElementById('explorer');
if (root) createRoot(root).render(<Page />);
