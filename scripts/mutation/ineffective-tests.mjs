// Finds ineffective tests, which fail for no mutant. A normal mutation run stops at the first test that kills a mutant, so many
// tests never run against one; here the remaining tests run against mutants that they cover.

/** Returns the tests of a report that killed a mutant, as "file: name". */
export function killingTests({ testFiles, files }) {
  const names = testNames(testFiles);
  return new Set(allMutants(files).flatMap(({ killedBy = [] }) => killedBy.map((id) => names.get(id))));
}

/** Returns all tests of a report, as "file: name". */
export function allTests({ testFiles }) {
  return [...testNames(testFiles).values()];
}

/**
 * Selects the locations to mutate for the tests that have killed no mutant yet. For each test these are the covered locations
 * of killed mutants from the `first` to the `last`, sorted by the number of covering tests: code that all tests cover says
 * least about a single one.
 */
export function mutantsFor(ineffective, { testFiles, files }, [first, last]) {
  const names = testNames(testFiles);
  const ineffectiveNames = new Set(ineffective);
  const byTest = Map.groupBy(
    allMutants(files)
      .filter(({ status, static: isStatic }) => status === 'Killed' && !isStatic)
      .toSorted((a, b) => a.coveredBy.length - b.coveredBy.length)
      .flatMap(({ mutantLocation, coveredBy }) => coveredBy.map((id) => ({ mutantLocation, name: names.get(id) })))
      .filter(({ name }) => ineffectiveNames.has(name)),
    ({ name }) => name,
  );
  return unique(
    [...byTest.values()].flatMap((mutants) =>
      unique(mutants.map(({ mutantLocation }) => mutantLocation)).slice(first - 1, last),
    ),
  );
}

/** Returns the locations of static mutants: module-level code, for which no coverage per test exists. */
export function staticMutants({ files }) {
  const mutants = allMutants(files).filter((mutant) => mutant.status === 'Killed' && mutant.static);
  return unique(mutants.map(({ mutantLocation }) => mutantLocation));
}

function unique(items) {
  return [...new Set(items)];
}

function testNames(testFiles) {
  return new Map(
    Object.entries(testFiles).flatMap(([file, { tests }]) => tests.map(({ id, name }) => [id, `${file}: ${name}`])),
  );
}

function allMutants(files) {
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, mutantLocation: toLocation(file, mutant.location) })),
  );
}

/** Converts a location of a report (columns from 1) to a Stryker range (columns from 0). */
function toLocation(file, { start, end }) {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}
