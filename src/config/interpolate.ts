import { type Document, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import { type ConfigPath, formatPath } from './config-error.ts';
import { type PlaceholderSources, resolvePlaceholder } from './placeholder.ts';

export interface InterpolationResult {
  readonly issues: readonly { readonly path: ConfigPath; readonly message: string }[];
  /** The formatted paths of values that contain a placeholder. */
  readonly interpolatedPaths: ReadonlySet<string>;
  /** The substituted values, to be redacted from messages. */
  readonly values: readonly string[];
}

/** Replaces every placeholder `${…}` in the document's values (see `resolvePlaceholder`); `$${` becomes a literal `${`. */
export function interpolate(document: Document, sources: PlaceholderSources): InterpolationResult {
  const issues: { path: ConfigPath; message: string }[] = [];
  const interpolatedPaths = new Set<string>();
  const values: string[] = [];

  const substitute = (scalar: Scalar, text: string, path: ConfigPath) => {
    scalar.value = text.replace(/(\$?)\$\{([^}]*)(\}?)/g, (match, escape: string, expression: string, end: string) => {
      if (escape) return match.slice(1);
      const resolved = resolvePlaceholder(end ? expression : '', sources);
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
      if (key === 'key' || typeof scalar.value !== 'string' || !scalar.value.includes('${')) return;
      substitute(scalar, scalar.value, pathTo(scalar, ancestors));
    },
  });
  return { issues, interpolatedPaths, values };
}

function pathTo(scalar: Scalar, ancestors: readonly (Document | Node | Pair)[]): ConfigPath {
  return ancestors.flatMap((ancestor, index): (string | number)[] => {
    if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
    return isSeq(ancestor) ? [ancestor.items.indexOf(ancestors[index + 1] ?? scalar)] : [];
  });
}
