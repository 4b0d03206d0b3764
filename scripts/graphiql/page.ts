import { join } from 'node:path';
import { type BuiltPage, ROOT } from '../pages/fingerprint.ts';

const source = join(ROOT, 'src/graphiql');

export const GRAPHIQL: BuiltPage = {
  name: 'graphiql',
  source,
  target: join(ROOT, 'public/graphiql'),
  inputs: [
    import.meta.dirname,
    join(ROOT, 'scripts/pages'),
    source,
    join(ROOT, 'examples/queries'),
    // The page shares the client's parser of event streams.
    join(ROOT, 'packages/client/src/event-stream.ts'),
  ],
};
