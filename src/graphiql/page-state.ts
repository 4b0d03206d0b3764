import type { AnswerDetails } from './answer.ts';
import type { ExplainMode } from './explain-mode.ts';
import { createObservableValue, type ObservableValue } from './observable-value.ts';

/** What several parts of the page share. */
export interface PageState {
  readonly explain: ObservableValue<ExplainMode>;
  /** The latest answer; null before the first one. */
  readonly answer: ObservableValue<AnswerDetails | null>;
  /** Whether the gateway has refused a request because it had no valid key. */
  readonly isKeyMissing: ObservableValue<boolean>;
}

export function createPageState(): PageState {
  return {
    explain: createObservableValue<ExplainMode>('off'),
    answer: createObservableValue<AnswerDetails | null>(null),
    isKeyMissing: createObservableValue(false),
  };
}
