import fc from 'fast-check';

// The same random cases in every run, so that a change that breaks nothing fails nothing; SEED=<a number> tries others.
// SHRINK=no shows the first counterexample and looks for no smaller one.
fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_261_120), endOnFailure: process.env.SHRINK === 'no' });
