// Mutation testing of one target: `npm run mutate -- http`. It lists the surviving mutants and writes the report as JSON to
// .stryker/. It takes minutes, for a large target half an hour, so it is not part of `npm run check`.
// `npm run mutate -- http --tests` continues from that report and lists the tests that kill no mutant.
import { existsSync, readFileSync } from 'node:fs';
import { allTests, killingTests, mutantsFor, staticMutants } from './mutation/ineffective-tests.mjs';
import { findTarget, reportPath, runStryker, targetNames } from './mutation/run-stryker.mjs';

const [name, ...locations] = process.argv.slice(2);
const target = findTarget(name);
if (target === null) {
  console.error(`Name a target: ${targetNames().join(', ')}. To restrict it, add files after the name.`);
  process.exit(1);
}

if (locations[0] === '--tests') await checkEveryTest();
else await runStryker(name, target, locations.length > 0 ? { locations } : {});

// Resources that a mutant left open, such as a connection or a Redis server, would keep the process alive.
process.exit();

async function checkEveryTest() {
  if (!existsSync(reportPath(name))) {
    console.error(`${reportPath(name)} not found. Run \`npm run mutate -- ${name}\` first.`);
    process.exit(1);
  }
  const firstReport = JSON.parse(readFileSync(reportPath(name), 'utf8'));
  let ineffective = allTests(firstReport);
  markKilled(killingTests(firstReport));
  await mutateAt(mutantsFor(ineffective, firstReport, [1, 1]));
  await mutateAt(mutantsFor(ineffective, firstReport, [2, 4]));
  await mutateAt(mutantsFor(ineffective, firstReport, [5, 12]));
  // Each static mutant runs all tests, so print the result so far first.
  printIneffectiveTests();
  if (ineffective.length > 0) await mutateAt(staticMutants(firstReport));
  printIneffectiveTests();

  function printIneffectiveTests() {
    console.log(`${ineffective.length} of ${allTests(firstReport).length} tests killed no mutant:`);
    for (const test of ineffective) console.log(`  ${test}`);
  }

  async function mutateAt(locations) {
    if (locations.length > 0) {
      markKilled(killingTests(await runStryker(`${name}.tests`, target, { locations, everyTest: true })));
    }
  }

  function markKilled(killing) {
    ineffective = ineffective.filter((test) => !killing.has(test));
  }
}
