import fc from 'fast-check';

// The same random cases in every run, so that a correct change never fails; SEED=<a number> tries others.
// SHRINK=no reports the first counterexample without shrinking it.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_261_120), endOnFailure: process.env.SHRINK === 'no' });
