/** @needs systemd-analyze */
import { expect, test } from '@jest/globals';
import { fleetSecrets, maxShutdownSeconds, minGatewayMebibytes, readDeployFile } from '../support/fleet-files.ts';
import { analyzeUnit } from '../support/systemd-analyze.ts';

/** Of 10; what is left is the network, and the machine code of V8. */
const MAX_EXPOSURE = 2;

const unit = readDeployFile('systemd/switchboard.service');

function findValue(key: string): string {
  return new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
}

/** With programs that are there. */
function onThisMachine(text: string): string {
  return text.replaceAll(/^(Exec\w+=)\/\S+/gm, `$1${process.execPath}`).replace(/^Documentation=.*\n/m, '');
}

function analyze(text: string, ...args: readonly string[]): Promise<string> {
  return analyzeUnit('switchboard.service', text, args);
}

test('is valid, and would not be with a misspelt key', async () => {
  expect(await analyze(onThisMachine(unit), 'verify')).toBe('');
  expect(await analyze(onThisMachine(unit).replace('TasksMax', 'TaskMax'), 'verify')).toContain('TaskMax');
});

test('leaves little of the machine to the process', async () => {
  const output = await analyze(unit, 'security', '--offline=true', '--no-pager');
  const [, exposure] = /Overall exposure level for \S+ ([\d.]+)/.exec(output) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(MAX_EXPOSURE);
});

test('gives more time to end than a shutdown takes, and the memory for the heap', () => {
  expect(Number(findValue('TimeoutStopSec'))).toBeGreaterThan(maxShutdownSeconds());
  expect(findValue('MemoryMax')).toMatch(/^\d+M$/);
  expect(Number.parseInt(findValue('MemoryMax'))).toBeGreaterThanOrEqual(minGatewayMebibytes());
});

test('loads the secrets that the configuration of the fleet reads', () => {
  const loaded = [...unit.matchAll(/^LoadCredential=([\w-]+):\/etc\/switchboard\/secrets\/\1$/gm)].map(
    ([, name]) => name,
  );
  expect(loaded).toEqual(fleetSecrets());
});
