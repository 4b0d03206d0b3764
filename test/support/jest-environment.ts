import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import { missingPrograms, needsOf } from './programs.ts';

/** Jest's environment for Node, which skips all tests of a file that needs a program (`@needs`) that is not installed. */
export default class SkippingEnvironment extends TestEnvironment {
  readonly #isSkipped: boolean;

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    this.#isSkipped = missingPrograms(needsOf(context.testPath)).length > 0;
  }

  handleTestEvent(event: Circus.Event, state: Circus.State): void {
    if (event.name === 'run_start' && this.#isSkipped) skipAll(state.rootDescribeBlock);
  }
}

/** Hooks are skipped too: Jest runs those of a `describe` only if one of its tests is enabled. */
function skipAll(block: Circus.DescribeBlock): void {
  for (const child of block.children) {
    if (child.type === 'describeBlock') skipAll(child);
    else child.mode = 'skip';
  }
}
