import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program outside npm that some test files need. */
export interface Program {
  readonly name: string;
  /** The environment variable that names another executable. */
  readonly variable: string;
  /** Names to look for on the PATH, and absolute paths, in this order. */
  readonly candidates: readonly string[];
  readonly howToGet: string;
  /** Whether this machine lets it run; absent: it does. */
  readonly isUsable?: () => boolean;
}

export const CHROMIUM: Program = {
  name: 'chromium',
  variable: 'CHROMIUM',
  candidates: [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  howToGet:
    'apt-get install chromium, or brew install --cask chromium, or CHROMIUM=/path/to/chrome (Chrome and Edge work, too)',
};

export const REDIS_SERVER: Program = {
  name: 'redis-server',
  variable: 'REDIS_SERVER',
  candidates: ['redis-server', 'valkey-server'],
  howToGet: 'apt-get install redis-server, or brew install redis, or REDIS_SERVER=/path/to/it',
};

export const NGINX: Program = {
  name: 'nginx',
  variable: 'NGINX',
  candidates: ['nginx', '/usr/sbin/nginx'],
  howToGet: 'apt-get install nginx, or brew install nginx, or NGINX=/path/to/it',
};

export const HAPROXY: Program = {
  name: 'haproxy',
  variable: 'HAPROXY',
  candidates: ['haproxy', '/usr/sbin/haproxy'],
  howToGet: 'apt-get install haproxy, or brew install haproxy, or HAPROXY=/path/to/it',
};

export const KUBECTL: Program = {
  name: 'kubectl',
  variable: 'KUBECTL',
  candidates: ['kubectl'],
  howToGet: 'apt-get install kubernetes-client, or brew install kubectl, or KUBECTL=/path/to/it',
};

export const SYSTEMD_ANALYZE: Program = {
  name: 'systemd-analyze',
  variable: 'SYSTEMD_ANALYZE',
  candidates: ['systemd-analyze'],
  howToGet: 'apt-get install systemd (Linux only)',
};

/** As the first process of namespaces of its own. */
const SYSTEMD: Program = {
  name: 'systemd',
  variable: 'SYSTEMD',
  candidates: ['/usr/lib/systemd/systemd'],
  howToGet: 'apt-get install systemd curl iproute2, and run the tests as root with a cgroup2 file system (Linux only)',
  isUsable: () =>
    [
      'unshare --mount --pid --fork --cgroup --net mount --make-rprivate /',
      'nsenter --version',
      'ip -V',
      'curl -V',
    ].every((command) => spawnSync('sh', ['-c', command]).status === 0) &&
    / cgroup2 rw[ ,]/.test(readFileSync('/proc/self/mounts', 'utf8')),
};

/** To build the root of the image from Debian's packages, and run it. */
const DPKG_QUERY: Program = {
  name: 'dpkg-query',
  variable: 'DPKG_QUERY',
  candidates: ['dpkg-query'],
  howToGet: 'run the tests on Debian, as root',
  isUsable: () => process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0,
};

const EXAMPLES = fileURLToPath(new URL('../../examples/clients/', import.meta.url));

/** The packages of other GraphQL clients, which are too heavy for everyone's `npm ci`. */
export const CLIENT_LIBRARIES: Program = {
  name: 'client-libraries',
  variable: 'CLIENT_LIBRARIES',
  candidates: [join(EXAMPLES, 'node_modules/.bin/relay-compiler')],
  howToGet: 'npm run install:clients (200 MB)',
};

export const C_SHARP_GENERATOR: Program = {
  name: 'c-sharp-generator',
  variable: 'C_SHARP_GENERATOR',
  candidates: [join(EXAMPLES, 'c-sharp/node_modules/.bin/graphql-codegen')],
  howToGet: 'npm run install:clients',
};

export const C_SHARP_COMPILER: Program = {
  name: 'mcs',
  variable: 'MCS',
  candidates: ['mcs'],
  howToGet: 'apt-get install mono-mcs libnewtonsoft-json5.0-cil libmono-system-componentmodel-dataannotations4.0-cil',
};

/** A router of federated subgraphs. */
export const HIVE_GATEWAY: Program = {
  name: 'hive-gateway',
  variable: 'HIVE_GATEWAY',
  candidates: [join(EXAMPLES, '../federation/node_modules/@graphql-hive/gateway-runtime')],
  howToGet: 'npm run install:clients',
};

export const PROMETHEUS: Program = {
  name: 'prometheus',
  variable: 'PROMETHEUS',
  candidates: ['prometheus'],
  howToGet: 'apt-get install --no-install-recommends prometheus, or brew install prometheus, or PROMETHEUS=/path/to/it',
};

export const PROMTOOL: Program = {
  name: 'promtool',
  variable: 'PROMTOOL',
  candidates: ['promtool'],
  howToGet: 'apt-get install --no-install-recommends prometheus, or brew install prometheus: they have it',
};

const PROGRAMS = [
  HIVE_GATEWAY,
  CHROMIUM,
  REDIS_SERVER,
  NGINX,
  HAPROXY,
  KUBECTL,
  SYSTEMD,
  DPKG_QUERY,
  SYSTEMD_ANALYZE,
  CLIENT_LIBRARIES,
  C_SHARP_GENERATOR,
  C_SHARP_COMPILER,
  PROMETHEUS,
  PROMTOOL,
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the program is; null if it is not installed. A path in its variable replaces the search. */
export function findProgram(program: Program, env: Environment = process.env): string | null {
  const named = env[program.variable];
  if (named) return isExecutable(named) ? named : null;
  if (program.isUsable?.() === false) return null;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = program.candidates.flatMap((candidate) =>
    isAbsolute(candidate) ? [candidate] : folders.map((folder) => join(folder, candidate)),
  );
  return paths.find(isExecutable) ?? null;
}

/** As `findProgram`, but throws an error that says how to get a missing program. */
export function requireProgram(program: Program, env?: Environment): string {
  const path = findProgram(program, env);
  if (path === null) throw new Error(`${program.name} is missing: ${program.howToGet}.`);
  return path;
}

/**
 * The programs that a test file needs and the machine lacks. A file names them in its first comment, one `@needs` for each:
 * `/** @needs redis-server *\/`. With `CI=true` the result is empty, so that the tests run, and fail.
 */
export function missingPrograms(needs: readonly string[], env: Environment = process.env): readonly Program[] {
  if (env.CI === 'true') return [];
  return needs.map(programNamed).filter((program) => findProgram(program, env) === null);
}

/** The values of all `@needs` in the first comment of a test file. */
export function needsOf(testPath: string): readonly string[] {
  const [comment = ''] = /^\s*\/\*\*[\s\S]*?\*\//.exec(readFileSync(testPath, 'utf8')) ?? [];
  return [...comment.matchAll(/@needs +([\w-]+)/g)].map(([, name = '']) => name);
}

function programNamed(name: string): Program {
  const program = PROGRAMS.find((candidate) => candidate.name === name);
  if (!program) throw new Error(`@needs ${name}: test/support/programs.ts lists no such program.`);
  return program;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
