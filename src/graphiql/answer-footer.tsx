import { useSyncExternalStore } from 'react';
import { type AnswerDetails, formatCost, formatSummary, type PlannedCall, type TracedCall } from './answer.ts';
import { EXPLAIN_MODES, type ExplainMode } from './explain-mode.ts';
import type { ObservableValue } from './observable-value.ts';

interface AnswerFooterProps {
  readonly answer: ObservableValue<AnswerDetails | null>;
  readonly explain: ObservableValue<ExplainMode>;
}

const MODE_LABELS: Readonly<Record<ExplainMode, string>> = { off: 'Off', plan: 'Plan', trace: 'Trace' };
const MODE_TITLES: Readonly<Record<ExplainMode, string>> = {
  off: 'Runs the query',
  plan: 'Estimates the vendor calls instead of running the query',
  trace: 'Runs the query and lists its vendor calls',
};

/** What an answer cost, below it, and the choice of whether the next one explains its cost. */
export function AnswerFooter({ answer, explain }: AnswerFooterProps) {
  const details = useSyncExternalStore(answer.subscribe, answer.get);
  const mode = useSyncExternalStore(explain.subscribe, explain.get);
  const cost = details && formatCost(details);
  return (
    <div className="answer-footer">
      {details && (details.plan ?? details.trace) && <CostTable {...details} />}
      <div className="answer-bar">
        <output aria-label="About the answer">
          {details && formatSummary(details)}
          {cost !== null && <strong>{cost}</strong>}
        </output>
        <fieldset>
          <legend>Cost</legend>
          {EXPLAIN_MODES.map((choice) => (
            <label key={choice} title={MODE_TITLES[choice]}>
              <input
                type="radio"
                name="explain"
                checked={choice === mode}
                onChange={() => {
                  explain.set(choice);
                }}
              />
              {MODE_LABELS[choice]}
            </label>
          ))}
        </fieldset>
      </div>
    </div>
  );
}

function CostTable({ plan, trace }: AnswerDetails) {
  return (
    <div className="cost-table" tabIndex={0} role="region" aria-label="Vendor calls">
      {plan && <Table heads={['Account', 'Endpoint', 'At most', 'Cached']} rows={plan.vendorCalls.map(toPlanRow)} />}
      {trace && (
        <Table heads={['Account', 'Endpoint', 'Outcome', 'From', 'ms', 'Bytes', 'Keys']} rows={trace.map(toTraceRow)} />
      )}
    </div>
  );
}

type Row = readonly (string | number)[];

function toPlanRow({ account, endpoint, atMost, cached }: PlannedCall): Row {
  return [account, endpoint, atMost, cached];
}

function toTraceRow({ account, endpoint, outcome, servedFrom, ms, bytes, keys }: TracedCall): Row {
  return [account, endpoint, outcome, servedFrom.toLowerCase(), ms, bytes, keys];
}

function Table({ heads, rows }: { readonly heads: readonly string[]; readonly rows: readonly Row[] }) {
  return (
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={heads[column]} data-number={typeof cell === 'number'}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
