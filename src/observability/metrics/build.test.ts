import { expect, test } from '@jest/globals';
import packageJson from '../../../package.json' with { type: 'json' };
import { createMetrics } from '../metrics.ts';

test('exports the versions of the gateway and of Node', async () => {
  const labels = `version="${packageJson.version}",node="${process.versions.node}"`;
  expect(await createMetrics().text()).toContain(`switchboard_build_info{${labels}} 1\n`);
});
