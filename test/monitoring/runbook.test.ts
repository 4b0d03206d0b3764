import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readRules } from '../support/deploy-files.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const { alerts } = readRules();

/** The section of alerts, by entry. */
function runbookOf(text: string): ReadonlyMap<string, string> {
  const section = text.split(/^## /m).find((part) => part.startsWith('Alerts\n')) ?? '';
  return new Map(
    section
      .split(/^### /m)
      .slice(1)
      .map((entry) => entry.split('\n', 1).concat(entry) as [string, string]),
  );
}

const runbook = runbookOf(page);

test('every alert has a runbook entry, and every entry an alert', () => {
  expect([...runbook.keys()]).toEqual(alerts.map(({ alert }) => alert));
});

test.each(alerts)('$alert leads to its entry, and says how urgent it is', ({ alert, labels, annotations }) => {
  // GitHub's anchor of a heading of one word.
  expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook_url', 'summary']);
  expect(['critical', 'warning']).toContain(labels.severity);
});

test.each([...runbook])('the entry of %s says what it means, how to look and what to do', (_, entry) => {
  for (const part of ['**Means**', '**Look**', '**Do**']) expect(entry).toContain(part);
});
