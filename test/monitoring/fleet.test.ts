/**
 * What deploy/ ships for monitoring, with a real Prometheus and real gateways over the sandbox.
 *
 * @needs prometheus
 * @needs promtool
 * @needs redis-server
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { waitUntil } from '../support/cache-harness.ts';
import {
  DEPLOY_FOLDER,
  type MonitoringExpression,
  queriesOf,
  readDashboard,
  readDeployFile,
  readRules,
  toExpression,
  variableQueriesOf,
} from '../support/deploy-files.ts';
import { METRICS_KEY, type MonitoredFleet, startMonitoredFleet } from '../support/monitored-fleet.ts';
import { type PrometheusServer, type ResultSeries, startPrometheus } from '../support/prometheus-server.ts';
import { checkExpression, type KnownSeries, parseSeries } from '../support/promql.ts';
import { runPromtool } from '../support/promtool.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';

const dashboard = readDashboard();
const { records, alerts } = readRules();
const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));

let redis: RedisServer;
let fleet: MonitoredFleet;
let prometheus: PrometheusServer;
let expositions: readonly string[];
let known: KnownSeries;

/** The configuration that is shipped, with other addresses and another rhythm. */
function writePrometheusConfig(): void {
  cpSync(join(DEPLOY_FOLDER, 'prometheus'), folder, { recursive: true });
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, METRICS_KEY);
  const config = parse(readDeployFile('prometheus/prometheus.yml')) as {
    readonly scrape_configs: readonly Readonly<Record<string, unknown>>[];
  };
  const targets = [fleet.healthy, fleet.troubled].map(({ url }) => new URL(url).host);
  const scrape = { authorization: { credentials_file: keyFile }, static_configs: [{ targets }] };
  const changed = {
    ...config,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: config.scrape_configs.map((job) => ({ ...job, ...scrape })),
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(changed));
}

/** Waits until each gateway has been scraped once more, from its start to its end. */
async function waitForScrape(): Promise<void> {
  const since = Date.now() / 1000;
  await waitUntil(async () => {
    const times = await prometheus.query('timestamp(up{job="switchboard"})');
    return times.filter(({ samples: [time = 0] }) => time > since).length === 2;
  });
}

interface RuleGroups {
  readonly groups: readonly {
    readonly lastEvaluation: string;
    readonly rules: readonly { readonly name: string; readonly health: string }[];
  }[];
}

/** Waits until the rules have been evaluated with all that is stored by now. */
async function waitForRules(): Promise<void> {
  const since = Date.now();
  await waitUntil(async () => {
    const { groups } = await prometheus.get<RuleGroups>('rules');
    return groups.every(({ lastEvaluation }) => Date.parse(lastEvaluation) > since);
  });
}

beforeAll(async () => {
  redis = await startRedisServer();
  fleet = await startMonitoredFleet(redis);
  writePrometheusConfig();
  prometheus = await startPrometheus(folder);
  // Counters have to grow between two scrapes.
  for (let round = 1; round <= 2; round += 1) {
    await fleet.sendTraffic(round);
    await waitForScrape();
  }
  await waitForRules();
  expositions = await Promise.all([fleet.healthy.scrape(), fleet.troubled.scrape()]);
  known = knownSeries(expositions);
});
afterAll(async () => {
  await prometheus.stop();
  await fleet.stop();
  await redis.kill();
  rmSync(folder, { recursive: true });
});

/** The series of gateways, of Prometheus itself and of recording rules. */
function knownSeries(texts: readonly string[]): KnownSeries {
  const series = parseSeries(texts);
  series.set('up', new Set(['job', 'instance']));
  series.set('ALERTS', new Set(['alertname', 'alertstate', 'severity', 'job']));
  for (const { record, expr } of records) series.set(record, checkExpression(expr, series).labels);
  return series;
}

/** What is named and does not exist. */
function findProblems(expressions: readonly MonitoringExpression[]): readonly string[] {
  return expressions.flatMap(({ name, expression, shownLabels }) => {
    const { labels, problems } = checkExpression(expression, known);
    const missing = shownLabels.filter((label) => !labels.has(label)).map((label) => `no label ${label} to show`);
    return [...problems, ...missing].map((problem) => `${name}: ${problem}`);
  });
}

const panelQueries = dashboard.panels.flatMap(queriesOf);
const ruleExpressions = [
  ...records.map(({ record, expr }) => ({ name: record, expression: expr, shownLabels: [] })),
  ...alerts.map(toExpression),
];

describe('names', () => {
  test('every panel and every variable uses series and labels that the gateways have', () => {
    expect(panelQueries.length).toBeGreaterThan(50);
    expect(variableQueriesOf(dashboard).map(({ name }) => name)).toEqual(['job', 'instance', 'account']);
    expect(findProblems([...panelQueries, ...variableQueriesOf(dashboard)])).toEqual([]);
  });

  test('every rule uses series and labels that the gateways have', () => {
    expect(findProblems(ruleExpressions)).toEqual([]);
  });

  test('a name that does not exist is found', () => {
    const canary = { name: 'canary', expression: 'switchboard_canary_total', shownLabels: [] };
    expect(findProblems([...panelQueries, canary])).toEqual(['canary: no series switchboard_canary_total']);
    const [panel] = panelQueries;
    if (!panel) throw new Error('no panel');
    expect(findProblems([{ ...panel, shownLabels: ['canary'] }])).toEqual([`${panel.name}: no label canary to show`]);
  });
});

describe('Prometheus', () => {
  const hasData = (series: readonly ResultSeries[]) =>
    series.some(({ samples }) => samples.some((sample) => !Number.isNaN(sample)));

  test('evaluates the query of every panel, and each has data', async () => {
    const empty: string[] = [];
    for (const { name, expression, instant } of panelQueries) {
      const result = instant ? await prometheus.query(expression) : await prometheus.queryRange(expression);
      if (!hasData(result)) empty.push(`${name}: ${expression}`);
    }
    expect(empty).toEqual([]);
  });

  test('fills every variable', async () => {
    for (const { expression, shownLabels } of variableQueriesOf(dashboard))
      expect(await prometheus.get(`label/${shownLabels.join()}/values`, { 'match[]': expression })).not.toEqual([]);
  });

  test('evaluates every rule without an error, and each recording rule has a result', async () => {
    const { groups } = await prometheus.get<RuleGroups>('rules');
    const rules = groups.flatMap((group) => group.rules);
    expect(rules).toHaveLength(records.length + alerts.length);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    // A quantile of nothing is NaN, which is a value here.
    for (const { record } of records) expect(await prometheus.query(record)).not.toEqual([]);
  });

  test('raises the alerts of the troubled gateway, and none of the other', async () => {
    const alertsOf = async (selector: string) =>
      (await prometheus.query(`ALERTS{${selector}}`)).map(({ metric }) => metric.alertname).toSorted();
    const raised = await alertsOf('');
    expect(raised).toEqual(
      expect.arrayContaining([
        'SwitchboardAccountDown',
        'SwitchboardCircuitOpen',
        'SwitchboardRecordsDropped',
        'SwitchboardRedisUnreachable',
        'SwitchboardConfigNotReloaded',
      ]),
    );
    expect(await alertsOf(`instance="${new URL(fleet.troubled.url).host}"`)).toContain('SwitchboardRedisUnreachable');
    // A busy machine may delay the event loop.
    const well = await alertsOf(
      `instance="${new URL(fleet.healthy.url).host}",alertname!="SwitchboardEventLoopBlocked"`,
    );
    expect(well).toEqual([]);
  });
});

describe('metrics', () => {
  /** prom-client's own gauges. */
  const FOREIGN =
    /^nodejs_active_(?:handles|requests|resources)_total non-counter metrics should not have "_total" suffix$/;

  test('promtool finds nothing wrong with a scrape', async () => {
    for (const input of expositions) {
      const { output } = await runPromtool(['check', 'metrics'], { input });
      expect(output.split('\n').filter((line) => line !== '' && !FOREIGN.test(line))).toEqual([]);
    }
  });

  test('promtool finds a counter without its suffix', async () => {
    const input = '# HELP switchboard_calls Calls.\n# TYPE switchboard_calls counter\nswitchboard_calls 1\n';
    expect(await runPromtool(['check', 'metrics'], { input })).toMatchObject({ code: 3 });
  });

  test('the buckets of every histogram are few, and reach as far as a request may take', () => {
    const bounds = new Map<string, Set<number>>();
    for (const [, name = '', le = ''] of expositions.join().matchAll(/^(switchboard_\w+)_bucket\{.*?le="([^"]+)"/gm))
      bounds.set(name, (bounds.get(name) ?? new Set()).add(Number(le)));
    expect(bounds.size).toBeGreaterThan(3);
    for (const [name, values] of bounds) {
      // NaN is +Inf.
      const finite = [...values].filter((value) => !Number.isNaN(value));
      expect([name, finite]).toEqual([name, finite.toSorted((a, b) => a - b)]);
      expect(finite.length).toBeGreaterThan(8);
      expect(finite.length).toBeLessThan(16);
      expect(finite.at(-1)).toBeGreaterThanOrEqual(30);
    }
  });

  test('callers cannot add a series, whatever they send', async () => {
    const { healthy } = fleet;
    const sendOddRequests = async (seed: string) => {
      await healthy.fetch(`/${seed}`, { method: 'PUT' });
      await healthy.fetch(`/graphql/${seed}?query=${seed}`, { method: 'DELETE' });
      await healthy.post({ query: `query ${seed} { agentByEmail(email: "${seed}@example.com") { name } ${seed} }` });
      await healthy.post({ query: `query ${seed} { agentByEmail(email: "${seed}@example.com") { name } }` });
      await healthy.post({ query: `{ agents(filter: { account: "${seed}" }) { totalCount } }` });
      await healthy.post({ id: seed, extensions: { persistedQuery: { version: 1, sha256Hash: seed } } });
      await healthy.post({ query: '{ __typename }' }, { authorization: `Bearer ${seed}`, 'x-request-id': seed });
      await healthy.post({ query: '{ __typename }' }, { authorization: seed, 'x-forwarded-for': seed });
    };
    const readSeries = async () =>
      [...(await healthy.scrape()).matchAll(/^(switchboard_\S+) /gm)].map(([, series]) => series).toSorted();
    await sendOddRequests('first');
    const before = await readSeries();
    for (const seed of ['second', 'third']) await sendOddRequests(seed);
    expect(await readSeries()).toEqual(before);
  });
});
