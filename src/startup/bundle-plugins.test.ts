import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { builtinsPlugin, PLUGIN_NAMESPACES, replacementsPlugin } from './bundle-plugins.ts';

/** Bundles a module; returns its text and the modules in it that no file contains. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    absWorkingDir: process.cwd(),
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [builtinsPlugin, replacementsPlugin],
  });
  const generated = Object.keys(metafile.inputs).filter((path) =>
    PLUGIN_NAMESPACES.some((name) => path.startsWith(`${name}:`)),
  );
  return { text: outputFiles[0]?.text ?? '', generated, inputs: Object.keys(metafile.inputs) };
}

/** Runs a module; resolves to its exports. */
function run(text: string): Promise<unknown> {
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

test('takes from a module of Node only what is imported, by name, as a whole or as the default', async () => {
  const { text, generated } = await bundle(`
    import { join } from 'path';
    import path, * as all from 'node:path';
    export const results = [join('a', 'b'), path.join('a', 'b'), all.join('a', 'b')];`);
  expect(await run(text)).toMatchObject({ results: ['a/b', 'a/b', 'a/b'] });
  expect(generated.sort()).toEqual(['builtin:import:node:path', 'builtin:import:path']);
  const { text: one } = await bundle(`export { join } from 'node:path';`);
  expect(one).not.toContain('"dirname"');
});

test('gives a package the module of Node itself', async () => {
  const { text } = await bundle(`export const isFunction = typeof require('node:events') === 'function';`);
  expect(await run(text)).toMatchObject({ isFunction: true });
});

test('leaves out the parts of packages that the gateway does not use', async () => {
  const { inputs } = await bundle(
    `export { Pool } from 'undici'; export { buildSubgraphSchema } from '@apollo/subgraph';`,
  );
  expect(inputs.filter((path) => /undici\/(index\.js|lib\/mock)|graphql-tools/.test(path))).toEqual([]);
  expect(inputs.join()).toContain('undici/lib/dispatcher/pool.js');
});

test('loads undici’s HTTP/2 client only for a connection that speaks it', async () => {
  const { text } = await bundle(`
    import { Pool } from 'undici';
    export async function readVersion(origin, allowH2) {
      const pool = new Pool(origin, { allowH2, connect: { rejectUnauthorized: false } });
      const { body } = await pool.request({ path: '/', method: 'GET' });
      const version = await body.text();
      await pool.close();
      return version;
    }`);
  const server = createSecureServer({ ...selfSignedCertificate, allowHTTP1: true }, ({ httpVersion }, response) =>
    response.end(httpVersion),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const loaded = jest.spyOn(process, 'getBuiltinModule');
  const { readVersion } = (await run(text)) as { readVersion: (origin: string, allowH2: boolean) => Promise<string> };
  expect(await readVersion(origin, false)).toBe('1.1');
  expect(loaded).not.toHaveBeenCalledWith('node:http2');
  expect(await readVersion(origin, true)).toBe('2.0');
  expect(loaded).toHaveBeenCalledWith('node:http2');
  loaded.mockRestore();
  server.close();
});

test('fails on a part of a package that it leaves out', async () => {
  await expect(bundle(`import { MockAgent } from 'undici'; export const agent = new MockAgent();`)).rejects.toThrow(
    'MockAgent',
  );
});
