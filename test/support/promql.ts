import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** The names of the labels of each time series, by the series' name. */
export type KnownSeries = ReadonlyMap<string, ReadonlySet<string>>;

/** The labels that Prometheus adds to each series. */
const TARGET_LABELS = ['job', 'instance'];

/** The series of text expositions, with all labels that occur with a name, and those of the target. */
export function parseSeries(expositions: readonly string[]): Map<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of expositions.join('\n').matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const names = known.get(name) ?? new Set(TARGET_LABELS);
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) names.add(label);
    known.set(name, names);
  }
  return known;
}

/** What an expression yields, and what is wrong with it. */
export interface CheckedExpression {
  /** The labels that its result can have. */
  readonly labels: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Looks for series and labels that do not exist, at each place of an expression where they are named. */
export function checkExpression(expression: string, known: KnownSeries): CheckedExpression {
  const problems: string[] = [];
  const textOf = (node: SyntaxNode): string => expression.slice(node.from, node.to);
  const groupingOf = (node: SyntaxNode | null): readonly string[] => node?.getChildren('LabelName').map(textOf) ?? [];

  function requireLabels(names: readonly string[], labels: ReadonlySet<string>, node: SyntaxNode): void {
    for (const name of names) if (!labels.has(name)) problems.push(`no label ${name} in ${textOf(node)}`);
  }

  function labelsOfSelector(node: SyntaxNode): ReadonlySet<string> {
    const identifier = node.getChild('Identifier');
    const name = identifier ? textOf(identifier) : '';
    const labels = known.get(name);
    if (!labels) problems.push(`no series ${name}`);
    const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
    if (labels) requireLabels(matchers.flatMap(groupingOf), labels, node);
    return labels ?? new Set();
  }

  function labelsOfAggregate(node: SyntaxNode): ReadonlySet<string> {
    const body = node.getChild('FunctionCallBody');
    const inner = body ? labelsOf(body) : new Set<string>();
    const modifier = node.getChild('AggregateModifier');
    const grouping = groupingOf(modifier?.getChild('GroupingLabels') ?? null);
    requireLabels(grouping, inner, node);
    if (modifier?.getChild('Without')) return inner.difference(new Set(grouping));
    return new Set(grouping);
  }

  function labelsOfBinary(node: SyntaxNode): ReadonlySet<string> {
    const [left, right] = [node.firstChild, node.lastChild].map((side) => (side ? labelsOf(side) : new Set<string>()));
    if (!left || !right) return new Set();
    const clause = node.getChild('MatchingModifierClause');
    const [matched, included] = (clause?.getChildren('GroupingLabels') ?? []).map(groupingOf);
    requireLabels(matched ?? [], left, node);
    requireLabels(matched ?? [], right, node);
    requireLabels(included ?? [], right, node);
    return node.getChild('And') || node.getChild('Unless') ? left : left.union(right);
  }

  function labelsOfCall(node: SyntaxNode): ReadonlySet<string> {
    const name = node.getChild('FunctionIdentifier');
    const labels = labelsOfChildren(node);
    return name && textOf(name) === 'histogram_quantile' ? labels.difference(new Set(['le'])) : labels;
  }

  function labelsOfChildren(node: SyntaxNode): ReadonlySet<string> {
    let labels: ReadonlySet<string> = new Set();
    for (let child = node.firstChild; child; child = child.nextSibling) labels = labels.union(labelsOf(child));
    return labels;
  }

  function labelsOf(node: SyntaxNode): ReadonlySet<string> {
    if (node.type.isError) problems.push(`syntax error at ${node.from} of ${expression}`);
    if (node.name === 'VectorSelector') return labelsOfSelector(node);
    if (node.name === 'AggregateExpr') return labelsOfAggregate(node);
    if (node.name === 'BinaryExpr') return labelsOfBinary(node);
    if (node.name === 'FunctionCall') return labelsOfCall(node);
    return labelsOfChildren(node);
  }

  return { labels: labelsOf(parser.parse(expression).topNode), problems };
}
