/** @needs dpkg-query */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sendQuery, terminate } from '../support/gateway-process.ts';
import { buildImage, type BuiltImage, findCommand, type ImageStage, readImageStages } from '../support/image-build.ts';
import { createImageContainer, type ImageContainer } from '../support/image-container.ts';
import { startOtlpCollector } from '../support/otlp-collector.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

// The root of the image with nothing around it: read-only, without privileges, and with what a container engine mounts.

let final: ImageStage;
let image: BuiltImage;
beforeAll(async () => {
  const last = (await readImageStages()).at(-1);
  if (!last) throw new Error('the Dockerfile has no stage');
  final = last;
  image = await buildImage('final');
});
afterAll(() => image.remove());

let volume: string;
let container: ImageContainer;
let children: ChildProcess[];
beforeEach(async () => {
  volume = await mkdtemp(join(tmpdir(), 'volume-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(volume, { recursive: true });
});

async function createContainer(files: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(volume, name), content);
  container = await createImageContainer(image.path('final'), volume);
}

function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = container.spawn(command, { env: { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', ...env } });
  children.push(child);
  return child;
}

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function finish(child: ChildProcess): Promise<Finished> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the output is no pipe');
  const [[status], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(stdout),
    text(stderr),
  ]);
  return { status, stdout: out, stderr: err };
}

/** Resolves once the gateway serves. */
async function start(env?: Readonly<Record<string, string>>) {
  const child = run(findCommand(final, 'CMD'), env);
  if (!child.stdout || !child.stderr) throw new Error('the output is no pipe');
  const errors = text(child.stderr);
  for await (const line of createInterface(child.stdout)) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url !== undefined) {
      child.stdout.resume();
      return { child, url, errors };
    }
  }
  throw new Error(`the gateway did not start: ${await errors}`);
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(image.path('final', folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

test('has no program but Node and bash', async () => {
  const files = (await readdir(image.path('final'))).filter((name) => name !== 'app');
  const programs: string[] = [];
  for (const file of (await Promise.all(files.map(listFiles).map((list) => list.catch(() => [])))).flat()) {
    const isExecutable = ((await stat(file)).mode & 0o111) !== 0;
    if (isExecutable && !/\.so[.\d]*$/.test(file)) programs.push(file.slice(image.path('final').length));
  }
  expect(programs.sort()).toEqual(['/bin/bash', '/usr/local/bin/node']);
});

test('names the packages of its files, with their versions and licences, for scanners', async () => {
  const packages = await readdir(image.path('final', 'var/lib/dpkg/status.d'));
  expect(packages).toEqual(expect.arrayContaining(['bash', 'libc6', 'libstdc++6']));
  for (const name of packages) {
    const status = await readFile(image.path('final', 'var/lib/dpkg/status.d', name), 'utf8');
    expect(status).toMatch(new RegExp(`^Package: ${name.replaceAll('+', '\\+')}\n[^]*\nVersion: \\S`));
    expect((await stat(image.path('final', `usr/share/doc/${name}/copyright`))).size).toBeGreaterThan(0);
  }
  expect(await readFile(image.path('final', 'etc/os-release'), 'utf8')).toContain('ID=debian');
});

describe('the gateway in the image', () => {
  test('rejects a public host without authentication', async () => {
    await createContainer();
    const { status, stderr } = await finish(run(findCommand(final, 'CMD'), { HOST: '0.0.0.0' }));
    expect([status, stderr]).toEqual([1, expect.stringContaining('auth')]);
  });

  test('starts from its bundle, passes the health check, serves its pages and answers, and ends with 0 on SIGTERM', async () => {
    await createContainer();
    const { child, url, errors } = await start();
    const { port } = new URL(url);
    expect(await finish(run(findCommand(final, 'HEALTHCHECK'), { PORT: port }))).toMatchObject({ status: 0 });
    expect(await finish(run(findCommand(final, 'HEALTHCHECK'), { PORT: '9' }))).not.toMatchObject({ status: 0 });
    for (const page of ['graphiql', 'wallboard', 'schema.graphql'])
      expect(await fetch(`${url}/${page}`)).toMatchObject({ status: 200 });
    expect(await sendQuery(url, '{ agents { totalCount } }')).toMatchObject({
      data: { agents: { totalCount: expect.any(Number) } },
    });
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t1000\t1000/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(await terminate(child)).toBe(0);
    expect(await errors).not.toContain('Starting from the sources');
  });

  test('exports traces', async () => {
    await createContainer();
    const collector = await startOtlpCollector();
    const { child, url } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await sendQuery(url, '{ agents { totalCount } }');
    expect(await terminate(child)).toBe(0);
    await collector.stop();
    expect(collector.problems()).toEqual([]);
    expect(collector.spans().length).toBeGreaterThan(0);
  });

  test('calls a vendor by name, with a certificate of a private authority, and keeps its cache in a volume', async () => {
    let calls = 0;
    const vendor = createServer(selfSignedCertificate, (_request, response) => {
      calls += 1;
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => {
      vendor.listen(0, '127.0.0.1', resolve);
    });
    const { port } = vendor.address() as AddressInfo;
    await mkdir(join(volume, 'cache'));
    await createContainer({
      'authority.pem': selfSignedCertificate.cert,
      'switchboard.yaml': `cache: { path: /volume/cache/cache.db }
accounts: [{ name: bots, vendor: avaamo, baseUrl: 'https://avaamo.vendor.test:${port}', accessToken: secret }]
agents: [{ id: bot, name: Bot, kind: virtual, accounts: { bots: '1' } }]
`,
    });
    const { child, url } = await start({
      SWITCHBOARD_CONFIG: '/volume/switchboard.yaml',
      NODE_EXTRA_CA_CERTS: '/volume/authority.pem',
    });
    const usage = 'usageStats(during: { from: "2026-11-01", to: "2026-11-02" }) { current { messagesCount } }';
    const answer = await sendQuery(url, `{ agents { nodes { name ${usage} } } }`);
    expect(await terminate(child)).toBe(0);
    vendor.close();
    vendor.closeAllConnections();
    expect([answer.status, calls]).toEqual([200, 1]);
    expect(await readdir(join(volume, 'cache'))).toContain('cache.db');
  });
});

test('Node may write nowhere, and has time zones, languages and names of hosts', async () => {
  await createContainer();
  const script = `
    const berlin = new Intl.DateTimeFormat('de-DE', { timeZone: 'Europe/Berlin', dateStyle: 'long', timeStyle: 'long' });
    console.log(berlin.format(new Date('2026-07-01T12:00:00Z')));
    console.log(new Date('2026-01-01T00:00:00Z').toString());
    try { require('node:fs').writeFileSync('/tmp/file', ''); } catch ({ code }) { console.log(code); }
    require('node:dns').lookup('avaamo.vendor.test', (error, address) => console.log(String(error ?? address)));`;
  const { stdout, stderr } = await finish(run(['node', '-e', script], { TZ: 'Asia/Kolkata' }));
  expect(stderr).toBe('');
  const [berlin, kolkata, written, address] = stdout.split('\n');
  expect(berlin).toBe('1. Juli 2026 um 14:00:00 MESZ');
  expect(kolkata).toContain('05:30:00 GMT+0530');
  expect(written).toBe('EROFS');
  expect(address).toBe('127.0.0.1');
});
