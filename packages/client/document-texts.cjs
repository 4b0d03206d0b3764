// A plugin of graphql-codegen: the operations as texts, each with the fragments that it uses, typed by their data and variables.
const { print, visit } = require('graphql');

const IMPORT = "import { toTypedDocument, type TypedDocument } from '../typed-document.ts';";

/** @type {import('@graphql-codegen/plugin-helpers').PluginFunction} */
exports.plugin = (_schema, documents) => {
  const definitions = documents.flatMap(({ document }) => document.definitions);
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  return { prepend: [IMPORT], content: operations.map((operation) => toConstant(operation, fragments)).join('\n\n') };
};

function isFragment({ kind }) {
  return kind === 'FragmentDefinition';
}

function toConstant(operation, fragments) {
  const name = operation.name.value;
  const type = `${name}${operation.operation === 'subscription' ? 'Subscription' : 'Query'}`;
  const text = [operation, ...usedFragments(operation, fragments)].map(print).join('\n');
  return `/** ${name}, as text. */
export const ${name}Document: TypedDocument<${type}, ${type}Variables> = /* @__PURE__ */ toTypedDocument(\`${text}\`);`;
}

/** Those that a definition uses, directly or through others, each once. */
function usedFragments(definition, fragments, used = new Set()) {
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || used.has(fragment)) return;
      used.add(fragment);
      usedFragments(fragment, fragments, used);
    },
  });
  return used;
}
