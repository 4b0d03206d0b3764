import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readSourceTree } from '../architecture/source-tree.ts';
import { readDashboard, readDeployFile, readRules } from '../support/deploy-files.ts';

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
  expect(annotations.runbook_url).toBe(`https://switchboard.example/docs/operations.md#${alert.toLowerCase()}`);
  expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook_url', 'summary']);
  expect(['critical', 'warning', 'info']).toContain(labels.severity);
});

test('the command of the page puts an address of one’s own into every alert', () => {
  const [, expression = '', address = ''] = /`sed -i '(s\|[^|]+\|([^|]+)\|)' rules\.yml`/.exec(page) ?? [];
  const rules = readDeployFile('prometheus/rules.yml');
  const changed = execFileSync('sed', [expression], { input: rules, encoding: 'utf8' });
  const urls = [...changed.matchAll(/runbook_url: (\S+)/g)].map(([, url]) => url);
  expect(urls).toEqual(alerts.map(({ alert }) => `${address}/docs/operations.md#${alert.toLowerCase()}`));
  expect(changed).not.toContain('switchboard.example');
});

test.each([...runbook])('the entry of %s says what it means, how to look and what to do', (_, entry) => {
  for (const part of ['**Means**', '**Look**', '**Do**']) expect(entry).toContain(part);
});

test('every name in quotation marks is a line of the log or a panel of the dashboard', () => {
  const sources = readSourceTree().sources.map(({ text }) => text);
  const panels = readDashboard().panels.map(({ title }) => title);
  const names = [...runbook.values()].flatMap((entry) =>
    [...entry.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  );
  expect(names.length).toBeGreaterThan(30);
  const isLogged = (name: string) =>
    sources.some((text) => text.includes(`'${name}'`) || text.includes(`,"message":"${name}"`));
  expect(names.filter((name) => !panels.includes(name) && !isLogged(name))).toEqual([]);
});
