import { expect, test } from '@jest/globals';
import { formatNextSteps } from './next-steps.ts';

test('names the version in the tag, the image and its labels, the bill of materials and the package', () => {
  const steps = formatNextSteps('1.2.3');
  for (const text of [
    'git show v1.2.3',
    '--tag switchboard:1.2.3',
    'org.opencontainers.image.version=1.2.3',
    'switchboard-1.2.3.cdx.json',
    'switchboard-1.2.3.tgz',
  ])
    expect(steps).toContain(text);
});
