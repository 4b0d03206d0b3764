import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Example } from './example.ts';
import type { ExampleGroup } from './examples.ts';
import type { PageState } from './page-state.ts';

/** The panel from which examples are opened, by task. */
export function createExamplesPlugin(
  groups: readonly ExampleGroup[],
  { explain }: Pick<PageState, 'explain'>,
): GraphiQLPlugin {
  const setExplain = explain.set;
  return {
    title: 'Examples',
    icon: LightBulbIcon,
    content: () => <ExamplesPanel groups={groups} setExplain={setExplain} />,
  };
}

interface ExamplesPanelProps {
  readonly groups: readonly ExampleGroup[];
  readonly setExplain: PageState['explain']['set'];
}

function ExamplesPanel({ groups, setExplain }: ExamplesPanelProps) {
  const open = useOpenExample();
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      {groups.map(({ task, examples }) => (
        <section key={task}>
          <h3>{task}</h3>
          <ul>
            {examples.map((example) => (
              <li key={example.name}>
                <button
                  type="button"
                  onClick={() => {
                    setExplain(example.explain);
                    open(example);
                  }}
                >
                  <strong>{example.name}</strong>
                  <span>{example.sentence}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** Returns a function that goes to the tab of an example, and opens one where there is none. */
function useOpenExample(): (example: Example) => void {
  const actions = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  return ({ query, variables }) => {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index >= 0) {
      actions.changeTab(index);
      return;
    }
    actions.addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
  };
}

function LightBulbIcon() {
  return (
    <svg height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M9 18h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.5.4.9 1 .9 1.7h5.4c0-.7.4-1.3.9-1.7A6 6 0 0 0 12 3Z" />
    </svg>
  );
}
