import { type Document, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, visit } from 'yaml';
import { type ConfigPath, formatPath } from './config-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface InterpolationResult {
  readonly issues: readonly { readonly path: ConfigPath; readonly message: string }[];
  /** The formatted paths of values that contain an environment variable. */
  readonly interpolatedPaths: ReadonlySet<string>;
  /** The substituted values, to be redacted from messages. */
  readonly values: readonly string[];
}

/** Replaces every `${NAME}` in the document's values by the environment variable; `$${` becomes a literal `${`. */
export function interpolate(document: Document, env: Environment): InterpolationResult {
  const issues: { path: ConfigPath; message: string }[] = [];
  const interpolatedPaths = new Set<string>();
  const values: string[] = [];

  const substitute = (scalar: Scalar, text: string, path: ConfigPath) => {
    scalar.value = text.replace(/(\$?)\$\{([^}]*)(\}?)/g, (match, escape: string, name: string, end: string) => {
      if (escape) return match.slice(1);
      if (!end || !/^[A-Za-z_]\w*$/.test(name)) {
        issues.push({ path, message: '${…} must name an environment variable; write $${ for a literal ${' });
        return match;
      }
      const value = env[name];
      if (value === undefined) {
        issues.push({ path, message: `the environment variable ${name} is not set` });
        return match;
      }
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
