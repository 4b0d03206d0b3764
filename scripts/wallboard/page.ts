import { join } from 'node:path';
import { type BuiltPage, ROOT } from '../pages/fingerprint.ts';

const source = join(ROOT, 'src/wallboard');

export const WALLBOARD: BuiltPage = {
  name: 'wallboard',
  source,
  target: join(ROOT, 'public/wallboard'),
  inputs: [import.meta.dirname, join(ROOT, 'scripts/pages'), source, join(ROOT, 'packages/client/src')],
};
