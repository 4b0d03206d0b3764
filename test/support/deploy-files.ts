import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const DEPLOY_FOLDER = join(import.meta.dirname, '../../deploy');

/** An expression of a rule or a panel, with the text that shows its result. */
export interface MonitoringExpression {
  /** What it belongs to, for messages. */
  readonly name: string;
  readonly expression: string;
  /** The labels that texts about the result name. */
  readonly shownLabels: readonly string[];
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

interface RulesFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly (AlertRule | RecordingRule)[] }[];
}

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly options?: { readonly yAxis?: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[];
  };
}
import { z } from 'zod';
import { settingsShape } from '../../src/config/settings.ts';
import { SECOND } from '../../src/domain/time.ts';
import { CLOSE_TIMEOUT_MS } from '../../src/server/shutdown.ts';

const ROOT = join(import.meta.dirname, '../..');

export const DEPLOY_FOLDER = join(ROOT, 'deploy');

/** What has to fit beside the heap in a container's memory. */
const MIN_MEBIBYTES_BESIDE_HEAP = 448;

export function readDeployFile(path: string): string {
  return readFileSync(join(DEPLOY_FOLDER, path), 'utf8');
}

/** The rules of rules.yml in the order of their evaluation. */
export function readRules(): { readonly records: readonly RecordingRule[]; readonly alerts: readonly AlertRule[] } {
  const { groups } = parse(readDeployFile('prometheus/rules.yml')) as RulesFile;
  const rules = groups.flatMap((group) => group.rules);
  return {
    records: rules.filter((rule): rule is RecordingRule => 'record' in rule),
    alerts: rules.filter((rule): rule is AlertRule => 'alert' in rule),
  };
}

export function readDashboard(): Dashboard {
  return JSON.parse(readDeployFile('grafana/switchboard.json')) as Dashboard;
}

/** Replaces the dashboard's variables, as Grafana does when everything is selected. */
function withoutVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|instance|account)\b/g, '.*');
}

/** The queries of a panel. */
export function queriesOf({ title, targets = [] }: Panel): readonly (MonitoringExpression & Pick<Target, 'instant'>)[] {
  return targets.map(({ expr, legendFormat, instant }) => ({
    name: title,
    expression: withoutVariables(expr),
    shownLabels: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label),
    ...(instant && { instant }),
  }));
}

/** The queries of the dashboard's variables: those whose values are a label's. */
export function variableQueriesOf({ templating }: Dashboard): readonly MonitoringExpression[] {
  return templating.list.flatMap(({ name, query }) => {
    const text = typeof query === 'string' ? query : query.query;
    const [, expression, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
    return expression && label ? [{ name, expression: withoutVariables(expression), shownLabels: [label] }] : [];
  });
}

/** An alert's expression, with the labels that its texts name. */
export function toExpression({ alert, expr, annotations }: AlertRule): MonitoringExpression {
  const texts = Object.values(annotations).join('\n');
  const shownLabels = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
  return { name: alert, expression: expr, shownLabels };
/** The configuration of the fleet, as written. */
export const FLEET_CONFIG = readDeployFile('kubernetes/switchboard.yaml');

/** The names below /run/secrets that the configuration of the fleet reads, sorted. */
export function fleetSecrets(): readonly string[] {
  const names = [...FLEET_CONFIG.matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

/** How long a shutdown may take, by the configuration of the fleet and by the defaults. */
export function maxShutdownSeconds(): number {
  const serverSchema = z.object({ server: settingsShape.server });
  const seconds = [FLEET_CONFIG, 'server: {}'].map((text) => {
    const { server } = serverSchema.parse(parse(text));
    return server.lameDuckSeconds + server.drainSeconds;
  });
  return Math.max(...seconds) + CLOSE_TIMEOUT_MS / SECOND;
}

/** The least memory of a gateway in mebibytes: the heap of the image, and what is beside it. */
export function minGatewayMebibytes(): number {
  const [, heap] = /--max-old-space-size=(\d+)/.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
  return Number(heap) + MIN_MEBIBYTES_BESIDE_HEAP;
}
