import { type ClientExamples, copyClientExamples } from './client-examples.ts';

/** Copies the examples with the packages of other GraphQL clients. */
export function copyExamplesWithLibraries(schema: string): ClientExamples {
  return copyClientExamples(schema, { node_modules: 'examples/clients/node_modules' });
}
