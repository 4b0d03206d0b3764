// A plugin of graphql-codegen: a manifest of trusted documents, which maps the ids of the operations to their texts.
const { listDocuments } = require('./print-documents.cjs');

/** @type {import('@graphql-codegen/plugin-helpers').PluginFunction} */
exports.plugin = (_schema, documents) =>
  `${JSON.stringify(Object.fromEntries(listDocuments(documents).map(({ id, text }) => [id, text])), null, 2)}\n`;
