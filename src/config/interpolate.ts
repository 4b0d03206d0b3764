import { type Document, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import { type ConfigIssue, type ConfigPath, formatPath } from './config-error.ts';
import { findPlaceholderProblem, findSecretFile, type PlaceholderSources, resolvePlaceholder } from './placeholder.ts';

export interface InterpolationResult {
  readonly issues: readonly ConfigIssue[];
  /** The formatted paths of values that are unknown, because their placeholders were not to be resolved. */
  readonly unknownPaths: ReadonlySet<string>;
  /** Values that were probably meant as placeholders. */
  readonly warnings: readonly ConfigIssue[];
  /** The formatted paths of values that contain a placeholder. */
  readonly interpolatedPaths: ReadonlySet<string>;
  /** The substituted values, to be redacted from messages. */
  readonly values: readonly string[];
  /** The paths of the files that placeholders name, also of those that cannot be read. */
  readonly files: readonly string[];
}

const NO_SOURCES: PlaceholderSources = { env: {}, folder: '' };

const LITERAL_VARIABLE_MESSAGE =
  'begins with $ but is no placeholder, so it is used as it is written; to take it from the environment, write ${NAME}';

/**
 * Replaces every placeholder `${…}` in the document's values (see `resolvePlaceholder`); `$${` becomes a literal `${`. Without
 * `sources` the values stay unknown, and only the form of their placeholders is checked.
 */
export function interpolate(document: Document, sources: PlaceholderSources | null): InterpolationResult {
  const issues: ConfigIssue[] = [];
  const warnings: ConfigIssue[] = [];
  const unknownPaths = new Set<string>();
  const interpolatedPaths = new Set<string>();
  const values: string[] = [];
  const files: string[] = [];

  const substitute = (scalar: Scalar, text: string, path: ConfigPath) => {
    scalar.value = text.replace(/(\$?)\$\{([^}]*)(\}?)/g, (match, escape: string, expression: string, end: string) => {
      if (escape) return match.slice(1);
      const content = end ? expression : '';
      if (sources === null && findPlaceholderProblem(content) === null) {
        unknownPaths.add(formatPath(path));
        return match;
      }
      const file = sources && findSecretFile(content, sources.folder);
      if (file !== null) files.push(file);
      const resolved = resolvePlaceholder(content, sources ?? NO_SOURCES);
      if ('problem' in resolved) {
        issues.push({ path, message: resolved.problem });
        return match;
      }
      const { value } = resolved;
      interpolatedPaths.add(formatPath(path));
      values.push(value);
      return value;
    });
  };

  visit(document, {
    Scalar: (key, scalar, ancestors) => {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      // The path is looked for only where it is needed: that takes the longer, the longer the lists are.
      if (!scalar.value.includes('$')) return;
      const path = pathTo(scalar, ancestors);
      if (isLiteralVariable(scalar.value, path)) warnings.push({ path, message: LITERAL_VARIABLE_MESSAGE });
      if (scalar.value.includes('${')) substitute(scalar, scalar.value, path);
    },
  });
  return { issues, interpolatedPaths, values, files, unknownPaths, warnings };
}

/** The variables of scheduled queries have names of times with a $ of their own, such as $today; `warm` rejects all others. */
function isLiteralVariable(text: string, [section, , key]: ConfigPath): boolean {
  return /^\$[A-Za-z_]\w*$/.test(text) && !(section === 'warm' && key === 'variables');
}

function pathTo(scalar: Scalar, ancestors: readonly (Document | Node | Pair)[]): ConfigPath {
  return ancestors.flatMap((ancestor, index): (string | number)[] => {
    if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
    return isSeq(ancestor) ? [ancestor.items.indexOf(ancestors[index + 1] ?? scalar)] : [];
  });
}
