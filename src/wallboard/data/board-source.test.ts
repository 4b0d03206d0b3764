import { expect, test } from '@jest/globals';
import { createClient, RequestError } from '../../../packages/client/src/index.ts';
import { openBoard } from './board-source.ts';

interface SentBody {
  readonly variables: { readonly withInteractions: boolean };
}

function clientOf(answer: (body: SentBody) => object) {
  const sent: SentBody[] = [];
  const client = createClient({
    url: 'http://gateway.example/graphql',
    fetch: (_, init) => {
      const body = JSON.parse(init?.body as string) as SentBody;
      sent.push(body);
      return Promise.resolve(Response.json(answer(body)));
    },
  });
  return { client, sent };
}

async function first(client: ReturnType<typeof createClient>) {
  const controller = new AbortController();
  for await (const event of openBoard(client, controller.signal)) {
    controller.abort();
    return event;
  }
  return undefined;
}

test('reads the list with the interactions', async () => {
  const { client, sent } = clientOf(() => ({ data: { agents: { nodes: [] } } }));
  expect(await first(client)).toMatchObject({ state: 'polling', result: { data: { agents: { nodes: [] } } } });
  expect(sent.map(({ variables }) => variables.withInteractions)).toEqual([true]);
});

test('reads the list without them where they cost more calls than the gateway allows', async () => {
  const refusal = { errors: [{ message: 'too many', extensions: { code: 'QUERY_TOO_COMPLEX' } }] };
  const { client, sent } = clientOf(({ variables }) =>
    variables.withInteractions ? refusal : { data: { agents: { nodes: [] } } },
  );
  expect(await first(client)).toMatchObject({ result: { data: { agents: { nodes: [] } } } });
  expect(sent.map(({ variables }) => variables.withInteractions)).toEqual([true, false]);
});

test('passes other failures on', async () => {
  const { client } = clientOf(() => ({ errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }));
  await expect(first(client)).rejects.toThrow(RequestError);
});
