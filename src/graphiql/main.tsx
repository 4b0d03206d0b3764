import './workers.ts';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { exampleTabs } from './example-tabs.ts';
import { createStorageWithoutHeaders } from './storage.ts';

// Relative, so that the page also works behind a proxy that serves the gateway below a path.
const fetcher = createGraphiQLFetcher({
  url: new URL('graphql', location.href).href,
  enableIncrementalDelivery: false,
});
const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const storage = createStorageWithoutHeaders(localStorage);
const tabs = exampleTabs(Date.now());

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      storage={storage}
      defaultTabs={tabs}
      shouldPersistHeaders={false}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <span className="wordmark">
          Switchboard<small>GraphiQL</small>
        </span>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const root = document.getElementById('explorer');
if (root) createRoot(root).render(<Page />);
