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
}
