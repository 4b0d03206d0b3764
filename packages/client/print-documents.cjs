// The texts that the client sends, for the plugins of graphql-codegen beside it: both must print the same.
const { createHash } = require('node:crypto');
const { print, visit } = require('graphql');

/** The operations of the documents, each with the fragments that it uses, and its id: `sha256:` and the hash of its text. */
exports.listDocuments = (documents) => {
  const definitions = documents.flatMap(({ document }) => document.definitions);
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  return definitions
    .filter(({ kind }) => kind === 'OperationDefinition')
    .map((definition) => {
      const text = [definition, ...usedFragments(definition, fragments)].map(print).join('\n');
      return { name: definition.name.value, operation: definition.operation, text, id: toDocumentId(text) };
    });
};

function toDocumentId(text) {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function isFragment({ kind }) {
  return kind === 'FragmentDefinition';
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
