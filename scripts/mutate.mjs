// Mutation testing of one part of the sources: `npm run mutate -- http`. What survives is listed; the report is also written as
// JSON to .stryker/. It takes minutes, and a larger part half an hour, so it belongs to no check.
// `npm run mutate -- http --tests` goes on from that report: it lists the tests that nothing made fail.
import { existsSync, readFileSync } from 'node:fs';
import { mutate, partNamed, partNames, reportOf } from './mutation/run-stryker.mjs';
import { allTests, failedOnce, placesAtLoading, placesFor } from './mutation/ineffective-tests.mjs';

const [name, ...places] = process.argv.slice(2);
const part = partNamed(name);
if (part === null) {
  console.error(`Say which part: ${partNames().join(', ')}. Files may follow it, if only some are wanted.`);
  process.exit(1);
}

if (places[0] === '--tests') await meetEveryTest();
else await mutate(name, part, places.length > 0 ? { places } : {});

// What a mistake has left behind, as a connection or a Redis, would keep it going.
process.exit();

async function meetEveryTest() {
  if (!existsSync(reportOf(name))) {
    console.error(`There is no ${reportOf(name)} to go on from: npm run mutate -- ${name} writes it.`);
    process.exit(1);
  }
  const first = JSON.parse(readFileSync(reportOf(name), 'utf8'));
  let left = allTests(first);
  forget(failedOnce(first));
  await breakAt(placesFor(left, first, [1, 1]));
  await breakAt(placesFor(left, first, [2, 4]));
  await breakAt(placesFor(left, first, [5, 12]));
  // Each of these takes all tests, so that it is worth knowing what to expect of them.
  tellWhatIsLeft();
  if (left.length > 0) await breakAt(placesAtLoading(first));
  tellWhatIsLeft();

  function tellWhatIsLeft() {
    console.log(`${left.length} of ${allTests(first).length} tests were not made to fail:`);
    for (const test of left) console.log(`  ${test}`);
  }

  async function breakAt(places) {
    if (places.length > 0) forget(failedOnce(await mutate(`${name}.tests`, part, { places, everyTest: true })));
  }

  function forget(failed) {
    left = left.filter((test) => !failed.has(test));
  }
}
