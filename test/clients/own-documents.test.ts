import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientExamples, copyClientExamples, TSC } from '../support/client-examples.ts';
import { type ClientProject, installPackedClient } from '../support/packed-client.ts';
import { readSchemaText } from '../support/schema-text.ts';
import { startWorld } from '../support/world.ts';

/** An application with queries of its own, whose types it generates from the SDL, and the client package. */

const FOLDER = 'switchboard-client';
const CODEGEN = 'node_modules/@graphql-codegen/cli/cjs/bin.js';

let installed: ClientProject;
let examples: ClientExamples;

beforeAll(async () => {
  installed = await installPackedClient();
});

afterAll(() => {
  installed.remove();
});

beforeEach(() => {
  examples = copyClientExamples(readSchemaText(), {
    node_modules: 'node_modules',
    [`${FOLDER}/node_modules`]: join(installed.folder, 'node_modules'),
  });
});

afterEach(() => {
  examples.remove();
});

function codegen() {
  return examples.run(FOLDER, [join(examples.folder, CODEGEN), '--config', 'codegen.yml']);
}

function typecheck() {
  return examples.run(FOLDER, [TSC, '-p', '.']);
}

describe('an application with queries of its own', () => {
  test('compiles with the generated types, and is answered by a gateway', async () => {
    expect(await codegen()).toMatchObject({ ok: true });
    expect(await typecheck()).toEqual({ ok: true, stdout: '', text: '' });
    const world = await startWorld();
    try {
      const { url } = await world.startGateway();
      const result = await examples.execute(`${FOLDER}/main.ts`, `${url}/graphql`);
      expect(result).toEqual({ listed: expect.any(Number), available: expect.any(Number) });
      expect((result as { readonly listed: number }).listed).toBeGreaterThanOrEqual(60);
    } finally {
      await world.stop();
    }
  });

  test('compiles after an addition to the schema', async () => {
    examples.change(
      'schema.graphql',
      'type Agent implements Node {',
      'type Agent implements Node {\n  nickname: String',
    );
    expect(await codegen()).toMatchObject({ ok: true });
    expect(await typecheck()).toMatchObject({ ok: true });
  });

  test('learns from the generator that a field is gone', async () => {
    examples.change('schema.graphql', 'presence: Presence', 'presenceNow: Presence');
    const { ok, text } = await codegen();
    expect(ok).toBe(false);
    expect(text).toContain('Cannot query field "presence" on type "Agent"');
  });

  test('does not compile when an enum value that it compares with is gone', async () => {
    examples.change('schema.graphql', '\n  AVAILABLE\n', '\n  READY\n');
    expect(await codegen()).toMatchObject({ ok: true });
    const { ok, text } = await typecheck();
    expect(ok).toBe(false);
    expect(text).toContain('"AVAILABLE"');
  });
});
