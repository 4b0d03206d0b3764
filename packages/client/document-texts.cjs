// A plugin of graphql-codegen: the operations as texts, each with the fragments that it uses, typed by their data and variables.
const { listDocuments } = require('./print-documents.cjs');

/** @type {import('@graphql-codegen/plugin-helpers').PluginFunction} */
exports.plugin = (_schema, documents, { typedDocumentModule = '../typed-document.ts' }) => ({
  prepend: [`import { toTypedDocument, type TypedDocument } from '${typedDocumentModule}';`],
  content: listDocuments(documents).map(toConstant).join('\n\n'),
});

function toConstant({ name, operation, text, id }) {
  const type = `${name}${operation === 'subscription' ? 'Subscription' : 'Query'}`;
  return `/** ${name}, as text. */
export const ${name}Document: TypedDocument<${type}, ${type}Variables> = /* @__PURE__ */ toTypedDocument(
  \`${text}\`,
  '${id}',
);`;
}
