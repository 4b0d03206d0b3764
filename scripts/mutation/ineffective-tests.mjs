// A test that nothing makes fail is worth nothing. Mutation testing shows which mutants no test notices, and stops at the first
// test that notices one; here the tests that were spared so far meet mutants of their own.

/** Of a report's tests, by "file: name", those that failed for a mutant. */
export function failedOnce({ testFiles, files }) {
  const names = namesOf(testFiles);
  return new Set(mutantsOf(files).flatMap(({ killedBy = [] }) => killedBy.map((id) => names.get(id))));
}

/** All of a report's tests, by "file: name". */
export function allTests({ testFiles }) {
  return [...namesOf(testFiles).values()];
}

/**
 * Where to break the code for the tests that have not failed yet: for each, of the places that are known to matter to some test,
 * the first to the last named, those first that the fewest tests come by: what all come by shows least of what one is about.
 */
export function placesFor(unfailed, { testFiles, files }, [first, last]) {
  const names = namesOf(testFiles);
  const wanted = new Set(unfailed);
  const byTest = Map.groupBy(
    mutantsOf(files)
      .filter(({ status, static: atLoading }) => status === 'Killed' && !atLoading)
      .toSorted((one, other) => one.coveredBy.length - other.coveredBy.length)
      .flatMap(({ place, coveredBy }) => coveredBy.map((id) => ({ place, name: names.get(id) })))
      .filter(({ name }) => wanted.has(name)),
    ({ name }) => name,
  );
  return distinct(
    [...byTest.values()].flatMap((found) => distinct(found.map(({ place }) => place)).slice(first - 1, last)),
  );
}

/** The places of what is worked out when a module is loaded: which tests come by there, nobody can tell. */
export function placesAtLoading({ files }) {
  const atLoading = mutantsOf(files).filter((mutant) => mutant.status === 'Killed' && mutant.static);
  return distinct(atLoading.map(({ place }) => place));
}

function distinct(places) {
  return [...new Set(places)];
}

function namesOf(testFiles) {
  return new Map(
    Object.entries(testFiles).flatMap(([file, { tests }]) => tests.map(({ id, name }) => [id, `${file}: ${name}`])),
  );
}

function mutantsOf(files) {
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, place: placeOf(file, mutant.location) })),
  );
}

/** A report counts columns from 1, and a range from 0. */
function placeOf(file, { start, end }) {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}
