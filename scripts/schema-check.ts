// npm run schema:check
// Compares the schema with the last released one. Fails on a breaking change without a new major version of packages/client.
import { compareSchemas } from './schema/compare-schemas.ts';
import { readCurrentSchema, readReleasedSchema } from './schema/schema-files.ts';

const { problem, breaking, dangerous } = compareSchemas(readReleasedSchema(), readCurrentSchema());
for (const change of dangerous) console.log(`may surprise clients: ${change}`);
for (const change of breaking) console.log(`breaks clients: ${change}`);
if (problem === null) {
  console.log('The schema fits the version of packages/client.');
} else {
  console.error(problem);
  process.exitCode = 1;
}
