import type { DataExtent, ExtentOf } from '../../cache/purge-rule.ts';
import { HOUR, type TimeRange } from '../../domain/time.ts';
import type { WindowRules } from './window.ts';

/** A file's name has the hour of its generation: https://developers.liveperson.com/data-access-api-methods-agent-activity.html. */
const FILE_NAME = /\/Agent\.(\d{13})\.(\d{13})\.[^/]*$/;

/**
 * Returns what a cached value holds: a list, and a file, are of all agents, and of the times whose events their hours of generation may
 * have (see `computeCoverage`). A file with another name may be of any time. The list of agents is of no certain time.
 */
export function createExtentOf(
  rules: Pick<WindowRules, 'longestSessionHours' | 'settleHours' | 'lookBackHours'>,
): ExtentOf {
  const toEvents = ({ from, to }: TimeRange): TimeRange => ({
    from: from - (rules.longestSessionHours + rules.settleHours) * HOUR,
    to: to + rules.lookBackHours * HOUR,
  });
  return (_endpoint, keyParts): DataExtent | null => {
    const [first, from, to] = keyParts;
    if (first === 'agents') return null;
    if (first === 'list') return { agent: null, during: toEvents({ from: Number(from), to: Number(to) }) };
    const hours = FILE_NAME.exec(String(first));
    return { agent: null, during: hours && toEvents({ from: Number(hours[1]), to: Number(hours[2]) }) };
  };
}
