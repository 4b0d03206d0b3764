// Part of `npm run spell`: fails on turns of phrase that the project does not use (scripts/prose/banned-turns.ts). Single words,
// also as parts of identifiers, are rejected by cspell (`flagWords` in cspell.json).
import { globSync, readFileSync } from 'node:fs';
import { findBannedTurns } from './prose/banned-turns.ts';

const FILES = [
  '*.md',
  '.github/**/*.md',
  '{bench,deploy,docs,schema,scripts,src,test}/**/*.{cjs,css,graphql,html,json,md,mjs,ts,tsx,yaml,yml}',
  'examples/**/*.{graphql,json,md,ts,yml}',
  'switchboard.example.yaml',
];
// Generated files, and those that quote the banned turns.
const EXCLUDED =
  /(^|\/)(node_modules|generated|fixtures)(\/|$)|package-lock\.json$|^docs\/style\.md$|^scripts\/prose\//;

const problems = globSync(FILES, { exclude: (path) => EXCLUDED.test(path.replaceAll('\\', '/')) })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !EXCLUDED.test(path))
  .sort()
  .flatMap((path) =>
    findBannedTurns(readFileSync(path, 'utf8')).map(
      ({ line, text, instead }) => `${path}:${line} "${text}": write ${instead}`,
    ),
  );
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`${problems.length} turns of phrase to rewrite, see docs/style.md.`);
  process.exitCode = 1;
}
