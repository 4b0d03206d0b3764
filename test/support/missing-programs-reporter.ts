import { relative } from 'node:path';
import type { AggregatedResult, Reporter, Test, TestResult } from '@jest/reporters';
import { missingPrograms, needsOf, type Program } from './programs.ts';

interface SkippedFile {
  readonly path: string;
  readonly tests: number;
  readonly missing: readonly Program[];
}

/** Reports each test file that is skipped because a program is missing, and all of them at the end. */
export default class MissingProgramsReporter implements Pick<Reporter, 'onTestResult' | 'onRunComplete'> {
  readonly #skipped: SkippedFile[] = [];
  readonly #write: (text: string) => void;

  constructor(_globalConfig: unknown, { write }: { readonly write?: (text: string) => void } = {}) {
    this.#write = write ?? ((text) => void process.stderr.write(text));
  }

  onTestResult(test: Pick<Test, 'path' | 'context'>, result: Pick<TestResult, 'numPendingTests'>): void {
    const missing = missingPrograms(needsOf(test.path));
    if (missing.length === 0) return;
    const path = relative(test.context.config.rootDir, test.path);
    this.#skipped.push({ path, tests: result.numPendingTests, missing });
    for (const { name, howToGet } of missing) this.#write(`SKIPPED ${path}: ${name} is missing: ${howToGet}\n`);
  }

  onRunComplete(_contexts: unknown, _result: AggregatedResult): void {
    const programs = new Set(this.#skipped.flatMap(({ missing }) => missing));
    if (programs.size === 0) return;
    this.#write('\nSkipped because programs are missing (with CI=true this is a failure):\n');
    for (const program of programs) {
      const files = this.#skipped.filter(({ missing }) => missing.includes(program));
      const tests = files.reduce((sum, file) => sum + file.tests, 0);
      this.#write(
        `  ${program.name}: ${tests} tests in ${files.length} file${files.length === 1 ? '' : 's'}. ${program.howToGet}\n`,
      );
    }
  }
}
