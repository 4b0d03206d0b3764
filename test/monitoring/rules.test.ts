/** @needs promtool */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { DEPLOY_FOLDER, readDeployFile, readRules } from '../support/deploy-files.ts';
import { runPromtool } from '../support/promtool.ts';

const RULES = readDeployFile('prometheus/rules.yml');
const folder = mkdtempSync(join(tmpdir(), 'rules-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the unit tests of the rules against other rules. */
async function testRules(rules: string) {
  writeFileSync(join(folder, 'rules.yml'), rules);
  copyFileSync(join(DEPLOY_FOLDER, 'prometheus/rules.test.yml'), join(folder, 'rules.test.yml'));
  return runPromtool(['test', 'rules', 'rules.test.yml'], { cwd: folder });
}

test('promtool accepts the rules and the configuration', async () => {
  const cwd = join(DEPLOY_FOLDER, 'prometheus');
  const { records, alerts } = readRules();
  const checked = await runPromtool(['check', 'rules', 'rules.yml'], { cwd });
  expect(checked).toMatchObject({
    code: 0,
    output: expect.stringContaining(`${records.length + alerts.length} rules`),
  });
  // Not the files that it names: the key is on the machine of Prometheus.
  expect(await runPromtool(['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd })).toMatchObject({ code: 0 });
});

test('every alert fires in its case, and neither earlier nor in the neighbouring case', async () => {
  expect(await testRules(RULES)).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') });
});

test('every alert has a case', () => {
  const cases = new Set(
    [...readDeployFile('prometheus/rules.test.yml').matchAll(/alertname: (\w+)/g)].map(([, n]) => n),
  );
  expect([...cases].toSorted()).toEqual(
    readRules()
      .alerts.map(({ alert }) => alert)
      .toSorted(),
  );
});

/** One change of a rule for each kind of part, by the alert whose case has to notice. */
const CHANGES = {
  SwitchboardQuotaNearlyUsed: ['switchboard_quota_used:ratio > 0.9', 'switchboard_quota_used:ratio > 0.7'],
  SwitchboardAccountDown: ['(switchboard_account_state) == 2', '(switchboard_account_state) >= 1'],
  SwitchboardVendorCallsFailing: [', reason!="cancelled"', ''],
  SwitchboardMixedVersions: ['for: 1h', 'for: 30m'],
  SwitchboardRecordsDropped: [
    '(switchboard_records_dropped_total unless switchboard_records_dropped_total offset 15m)',
    'up',
  ],
  SwitchboardRedisErrors: ['{operation!~"disk_.*"}', ''],
  SwitchboardWarmRunsFailing: ['failed|incomplete', 'failed'],
  SwitchboardConfigNotReloaded: ['_reload_successful == 0', '_reload_successful == 1'],
  SwitchboardNotReady: ['{{ $labels.instance }} is not ready', '{{ $labels.job }} is not ready'],
} as const;

test('the cases find another threshold, state, selection, time, expression and text', async () => {
  let changed = RULES;
  for (const [from, to] of Object.values(CHANGES)) {
    expect(changed).toContain(from);
    changed = changed.replace(from, to);
  }
  const { code, output } = await testRules(changed);
  expect(code).toBe(1);
  const found = new Set([...output.matchAll(/^ *alertname: (\w+),/gm)].map(([, alert]) => alert));
  expect([...found].toSorted()).toEqual(Object.keys(CHANGES).toSorted());
});
