// node compose.mjs NAME=URL… writes the supergraph of these subgraphs to standard output. SWITCHBOARD_KEY: the key of a gateway with `auth`.
import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import { parse } from 'graphql';

const { SWITCHBOARD_KEY: key } = process.env;
const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };

const services = await Promise.all(
  process.argv.slice(2).map(async (argument) => {
    const [name, url] = argument.split(/=(.*)/s);
    const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ _service { sdl } }"}' });
    const { data, errors } = await response.json();
    if (errors) throw new Error(`${name}: ${errors[0].message}`);
    return { name, url, typeDefs: parse(data._service.sdl) };
  }),
);
const result = composeServices(services);
if (compositionHasErrors(result)) throw new Error(result.errors.map(({ message }) => message).join('\n'));
process.stdout.write(result.supergraphSdl);
