import Fastify from 'fastify';
import mercurius from 'mercurius';
import { createLoaders, resolvers, typeDefs } from './vendors.mjs';

const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  context: () => ({ loaders: createLoaders() }),
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ url: `${url}/graphql` }));
