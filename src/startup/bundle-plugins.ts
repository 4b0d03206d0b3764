import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const BUILTINS = 'builtin';
const REPLACEMENTS = 'replacement';

/** The first part of the paths of modules that no file contains. */
export const PLUGIN_NAMESPACES = [BUILTINS, REPLACEMENTS];

/**
 * Takes Node's modules from `process.getBuiltinModule`. An `import` would evaluate each of their exports, also those that Node
 * itself loads when they are used first: `node:http` has one that loads a whole HTTP client.
 */
export const builtinsPlugin: Plugin = {
  name: BUILTINS,
  setup(plugin) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    plugin.onResolve({ filter }, ({ path, kind }) => ({
      path: `${kind === 'require-call' ? 'require' : 'import'}:${path}`,
      namespace: BUILTINS,
    }));
    plugin.onLoad({ filter: /./, namespace: BUILTINS }, ({ path }) => {
      const [, kind, name = ''] = /^(require|import):(.*)$/.exec(path) ?? [];
      const load = `process.getBuiltinModule(${JSON.stringify(name)})`;
      return { contents: kind === 'require' ? `module.exports = ${load};` : printBuiltinModule(name, load) };
    });
  },
};

/** A module with the exports of one of Node's. Those that no file imports are dropped, before they are evaluated. */
function printBuiltinModule(name: string, load: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key));
  return `const loaded = ${load};
const get = (key) => loaded[key];
export default loaded;
${names.map((key) => `const ${key}_ = /* @__PURE__ */ get('${key}');`).join('\n')}
export { ${names.map((key) => `${key}_ as ${key}`).join(', ')} };
`;
}

/**
 * Modules in place of packages that load all that they have, with the exports that the gateway uses. A file that imports another
 * one fails the build.
 */
const MODULES: Readonly<Record<string, string>> = {
  undici: `
    import api from 'undici/lib/api/index.js';
    import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
    export { default as Agent } from 'undici/lib/dispatcher/agent.js';
    export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';
    export { default as Pool } from 'undici/lib/dispatcher/pool.js';
    export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
    export { default as errors } from 'undici/lib/core/errors.js';
    export const fetch = (...args) => require('undici/lib/web/fetch/index.js').fetch(...args);
    Object.assign(Dispatcher.prototype, api);`,
  '@apollo/subgraph': `export { buildSubgraphSchema } from '@apollo/subgraph/dist/buildSubgraphSchema.js';`,
  // Of undici: it loads node:http2, and no connection of the gateway speaks HTTP/2 (src/http/transport.ts).
  './client-h2.js': `module.exports = (...args) => require('undici/lib/dispatcher/client-h2.js')(...args);`,
  // In a bundle, it would take an implementation in JavaScript.
  '@apollo/utils.createhash': `export { createHash } from 'node:crypto';`,
};

/** Zod's messages in fifty languages; it uses the English ones unless others are chosen. */
const ZOD_LOCALES = /zod\/v4\/locales\/index\.js$/;

export const replacementsPlugin: Plugin = {
  name: REPLACEMENTS,
  setup(plugin) {
    const { absWorkingDir = '' } = plugin.initialOptions;
    const filter = new RegExp(`^(${Object.keys(MODULES).join('|').replaceAll('.', '\\.')})$`);
    plugin.onResolve({ filter }, ({ path }) => ({ path, namespace: REPLACEMENTS }));
    plugin.onLoad({ filter: /./, namespace: REPLACEMENTS }, ({ path }) => ({
      contents: MODULES[path] ?? '',
      resolveDir: absWorkingDir,
    }));
    plugin.onLoad({ filter: ZOD_LOCALES }, () => ({ contents: `export { default as en } from './en.js';` }));
  },
};
