import type { ExplainMode } from './explain-mode.ts';

/** A query to start from. */
export interface Example {
  readonly name: string;
  /** What it answers, in a sentence: the first one of its comment. */
  readonly sentence: string;
  readonly query: string;
  /** JSON; null where it takes none. */
  readonly variables: string | null;
  readonly explain: ExplainMode;
}

export function toExample(query: string, variables?: object, explain: ExplainMode = 'off'): Example {
  return {
    name: /^(?:query|subscription) (\w+)/m.exec(query)?.[1] ?? 'Example',
    sentence: firstSentenceOf(query),
    query,
    variables: variables ? JSON.stringify(variables, null, 2) : null,
    explain,
  };
}

function firstSentenceOf(query: string): string {
  const lines = query.split('\n');
  const end = lines.findIndex((line) => line === '#' || !line.startsWith('#'));
  const paragraph = lines
    .slice(0, end)
    .map((line) => line.replace(/^# ?/, ''))
    .join(' ');
  return /^.*?[.?](?= |$)/.exec(paragraph)?.[0] ?? paragraph;
}
