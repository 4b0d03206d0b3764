import { buildSubgraphSchema } from '@apollo/subgraph';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  graphql,
  type GraphQLSchema,
  parse,
  print,
} from 'graphql';
import type { Gateway } from './world.ts';

type Variables = Readonly<Record<string, unknown>>;
interface RouterRequest {
  readonly document: DocumentNode;
  readonly variables?: Variables;
}
type Execute = (request: RouterRequest) => Promise<ExecutionResult>;

/** A subgraph that a router queries. */
export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  readonly execute: Execute;
}

type SubgraphResolvers = Extract<
  Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number],
  { readonly resolvers?: unknown }
>['resolvers'];

/** Creates a subgraph in this process. */
export function createSubgraph(name: string, sdl: string, resolvers: object): Subgraph {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as SubgraphResolvers & object }]);
  return {
    name,
    sdl,
    execute: async ({ document, variables }) => {
      const args: ExecutionArgs = { schema, document };
      return execute(variables ? { ...args, variableValues: variables } : args);
    },
  };
}

/** The gateway as a subgraph, over HTTP; `requests` are the documents that it received from the router. */
export async function gatewaySubgraph(gateway: Gateway): Promise<Subgraph & { readonly requests: readonly string[] }> {
  const { data } = await gateway.query<{ readonly _service: { readonly sdl: string } }>('{ _service { sdl } }');
  const requests: string[] = [];
  return {
    name: 'switchboard',
    sdl: data._service.sdl,
    requests,
    execute: async ({ document, variables }) => {
      requests.push(print(document));
      return (await gateway.query(print(document), variables)) as unknown as ExecutionResult;
    },
  };
}

/** Composes the subgraphs; returns the supergraph's SDL, or the errors of the composition. */
export function compose(
  subgraphs: readonly Subgraph[],
): { readonly supergraph: string } | { readonly errors: readonly string[] } {
  const result = composeServices(subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl) })));
  return compositionHasErrors(result)
    ? { errors: result.errors.map(({ message }) => message) }
    : { supergraph: result.supergraphSdl };
}

/** A federation router in this process. */
export interface Router {
  readonly schema: GraphQLSchema;
  readonly query: (source: string, variables?: Variables) => Promise<ExecutionResult>;
}

export function createRouter(subgraphs: readonly Subgraph[]): Router {
  const composed = compose(subgraphs);
  if ('errors' in composed) throw new Error(composed.errors.join('\n'));
  const executors = new Map(subgraphs.map(({ name, execute: run }) => [name.toUpperCase(), run]));
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: composed.supergraph,
    batch: true,
    onSubschemaConfig(config) {
      const run = executors.get(config.name.toUpperCase());
      if (!run) throw new Error(`no subgraph ${config.name}`);
      config.executor = (request) => run(request) as never;
    },
  });
  return { schema, query: (source, variables = {}) => graphql({ schema, source, variableValues: variables }) };
}
