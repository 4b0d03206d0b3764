import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Panel, queriesOf, readDashboard, readDeployFile } from '../support/deploy-files.ts';

const dashboard = readDashboard();
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Grafana's units that the panels use; `none` is a number of things. */
const UNITS = ['bytes', 'cps', 'none', 'ops', 'percentunit', 'reqps', 's'];

const GRID_COLUMNS = 24;

function overlaps({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

test('the panels are in the rows of an overview, vendors, data, cache and live queries', () => {
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
  expect(rows).toEqual(['Overview', 'Vendors', 'Data', 'Cache, Redis and memory', 'Live queries']);
});

test.each(panels)('the panel "$title" has a description, a unit and a query with a legend', (panel) => {
  expect(panel.description).toMatch(/^.{10,}\.$/);
  expect(UNITS).toContain(panel.options?.yAxis?.unit ?? panel.fieldConfig?.defaults.unit);
  const queries = queriesOf(panel);
  expect(queries).not.toEqual([]);
  expect(panel.datasource.uid).toBe('${datasource}');
  for (const { expression } of queries) expect(expression).not.toContain('$');
});

test('no panel covers another, or leaves the grid', () => {
  const pairs = dashboard.panels.flatMap((panel, index) =>
    dashboard.panels.slice(index + 1).map((other) => [panel, other] as const),
  );
  expect(pairs.filter(([panel, other]) => overlaps(panel, other)).map(([{ title }]) => title)).toEqual([]);
  expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > GRID_COLUMNS)).toEqual([]);
});

test('titles and ids are unique', () => {
  expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('every query of a gateway’s series is for the selected job and gateway', () => {
  const unselected = panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .flatMap((expr) => [...expr.matchAll(/(?:switchboard|process|nodejs)_\w+\{?[^}]*/g)].map(([selector]) => selector))
    .filter((selector) => !selector.includes('{job=~"$job", instance=~"$instance"'));
  expect(unselected).toEqual([]);
});

test('the provisioned data source is what the scrape interval of prometheus.yml is for', () => {
  const { datasources } = parse(readDeployFile('grafana/provisioning/datasources/prometheus.yml')) as {
    readonly datasources: readonly { readonly type: string; readonly jsonData: { readonly timeInterval: string } }[];
  };
  const { global: settings } = parse(readDeployFile('prometheus/prometheus.yml')) as {
    readonly global: { readonly scrape_interval: string };
  };
  expect(datasources).toMatchObject([{ type: 'prometheus', jsonData: { timeInterval: settings.scrape_interval } }]);
});
