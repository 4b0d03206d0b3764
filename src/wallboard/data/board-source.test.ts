import { expect, test } from '@jest/globals';
import { createClient, RequestError } from '../../../packages/client/src/index.ts';
import { openBoard } from './board-source.ts';

interface SentBody {
  readonly query: string;
  readonly variables: { readonly withInteractions: boolean };
}

const LIST = { data: { agents: { nodes: [] } } };

/** A client of a gateway that answers every request with `answer`, streams by an event of it where `hasStreams`. */
function clientOf(answer: (body: SentBody) => object, hasStreams: boolean) {
  const sent: string[] = [];
  const client = createClient({
    url: 'http://gateway.example/graphql',
    fetch: (_, init) => {
      const body = JSON.parse(init?.body as string) as SentBody;
      const isStream = body.query.startsWith('subscription');
      sent.push(
        `${isStream ? 'stream' : 'query'} ${body.variables.withInteractions ? 'with' : 'without'} interactions`,
      );
      const content = answer(body);
      if (!isStream || !hasStreams) return Promise.resolve(Response.json(content));
      const text = `event: next\ndata: ${JSON.stringify(content)}\n\n`;
      return Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }));
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

test('reads the list from a stream', async () => {
  const { client, sent } = clientOf(() => LIST, true);
  expect(await first(client)).toMatchObject({ state: 'live', result: LIST });
  expect(sent).toEqual(['stream with interactions']);
});

test('asks for the same list where no stream comes through', async () => {
  const { client, sent } = clientOf(() => LIST, false);
  expect(await first(client)).toMatchObject({ state: 'polling', result: LIST });
  expect(sent).toEqual(['stream with interactions', 'query with interactions']);
});

test('reads the list without interactions where they cost more calls than the gateway allows', async () => {
  const refusal = { errors: [{ message: 'too many', extensions: { code: 'QUERY_TOO_COMPLEX' } }] };
  const { client, sent } = clientOf(({ variables }) => (variables.withInteractions ? refusal : LIST), true);
  expect(await first(client)).toMatchObject({ state: 'live', result: LIST });
  expect(sent.at(-1)).toBe('stream without interactions');
});

test('passes other failures on', async () => {
  const refusal = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] };
  const { client } = clientOf(() => refusal, false);
  await expect(first(client)).rejects.toThrow(RequestError);
});

test('says why fields of the people are null', async () => {
  const extensions = { code: 'VENDOR_UNAVAILABLE', account: 'kore-main', reason: 'status_503' };
  const errors = [{ message: 'no', path: ['agents', 'nodes', 1, 'presence'], extensions }];
  const { client } = clientOf(() => ({ ...LIST, errors }), true);
  const event = await first(client);
  expect(event?.result?.data.failures.get(1)).toEqual([
    { field: 'presence', trouble: { account: 'kore-main', outcome: 'FAILED', reason: 'status_503' } },
  ]);
});
