import { buildBundle } from '../startup/build-bundle.ts';
import { ROOT } from '../startup/bundle.mjs';

await buildBundle(ROOT);
