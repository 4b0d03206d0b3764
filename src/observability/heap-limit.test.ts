import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { maxSemiSpaceBytes, oldGenerationLimit, oldGenerationUse } from './heap-limit.ts';

const MIB = 1024 * 1024;

test.each<[string, readonly string[], string | undefined, number]>([
  ['nothing', [], undefined, 32],
  ['the command line', ['--max-semi-space-size=64'], undefined, 64],
  ['the environment', [], '--enable-source-maps --max_semi_space_size=16', 16],
  ['both', ['--max-semi-space-size=128'], '--max-semi-space-size=16', 128],
  ['the same twice', ['--max-semi-space-size=128', '--max-semi-space-size=8'], undefined, 8],
  ['the value apart', ['--max-semi-space-size', '8'], undefined, 8],
  ['a number that V8 rounds up', ['--max-semi-space-size=50'], undefined, 64],
])('reads V8’s semi-space from %s', (_name, execArgv, NODE_OPTIONS, expected) => {
  expect(maxSemiSpaceBytes({ execArgv, NODE_OPTIONS })).toBe(expected * MIB);
});

test.each([
  ['--max-old-space-size=300', 300],
  ['--max-old-space-size=768 --max-semi-space-size=64', 768],
  ['--max-old-space-size=768 --max-semi-space-size=50', 768],
])('the limit of a process with %s is that of what lives on', (flags, expected) => {
  const script = `import { oldGenerationLimit } from ${JSON.stringify(new URL('heap-limit.ts', import.meta.url).href)};
    console.log(oldGenerationLimit())`;
  const args = [...flags.split(' '), '--input-type=module', '--eval', script];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  expect(Number(output) / MIB).toBeCloseTo(expected, 0);
});

test('what lives on is less than the limit, and more than nothing', () => {
  expect(oldGenerationUse()).toBeGreaterThan(MIB);
  expect(oldGenerationUse()).toBeLessThan(oldGenerationLimit());
});
