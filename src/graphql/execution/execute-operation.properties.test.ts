import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { randomDocument, randomVariables } from '../../../test/support/random-documents.ts';
import { createRandomWorld, type WorldContext } from '../../../test/support/random-world.ts';
import { failOnUnhandledRejection, ignoreUnhandledRejections } from '../../../test/support/unhandled-rejections.ts';
import { createOperationPreparer } from '../ast/operation.ts';
import { type ExecutedOperation, executeOperation } from './execute-operation.ts';
import { ObjectTexts } from './object-texts.ts';

const schema = createRandomWorld();
const validationRules = specifiedRules.filter(
  (rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule,
);
const worlds = fc.record({
  seed: fc.noShrink(fc.nat()),
  fields: fc.integer({ min: 1, max: 60 }),
  // The variables of each request with the document: what it keeps of one must not affect the next.
  requests: fc.array(fc.noShrink(fc.nat()), { minLength: 1, maxLength: 4 }),
});

/** What callers get, and the rest that an execution does: the causes of errors, and the calls of resolvers in their order. */
function describeOutcome({ data, errors }: ExecutionResult | ExecutedOperation, { calls }: WorldContext) {
  const causes = errors?.map(({ originalError }) => originalError && `${originalError.name} ${originalError.message}`);
  return { response: JSON.stringify({ data, errors }), causes, calls: [...calls] };
}

function createPreparedExecutor(document: DocumentNode) {
  const prepare = createOperationPreparer();
  const objectTexts = new ObjectTexts(1_000_000);
  const definition = getOperationAST(document);
  if (!definition) throw new Error('no operation');
  return (variables: Readonly<Record<string, unknown>>, contextValue: WorldContext) => {
    const { operation, errors } = prepare({ schema, document, definition, variables });
    return operation ? executeOperation(operation, contextValue, objectTexts) : { errors };
  };
}

describe('executeOperation beside graphql-js', () => {
  ignoreUnhandledRejections();

  test('returns what graphql-js returns, and calls resolvers in the same order, for random queries of random worlds', async () => {
    const seen = { data: 0, noData: 0, errors: 0 };
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, fields, requests }) => {
        const document = parse(randomDocument(schema, seed, fields));
        fc.pre(validate(schema, document, validationRules).length === 0);
        const executePrepared = createPreparedExecutor(document);
        for (const request of requests) {
          const variableValues = randomVariables(request);
          const contexts = { standard: { seed: request, calls: [] }, prepared: { seed: request, calls: [] } };
          const response = await execute({ schema, document, contextValue: contexts.standard, variableValues });
          // At once: below what is null already, resolvers may still be running.
          const standard = describeOutcome(response, contexts.standard);
          const prepared = await executePrepared(variableValues, contexts.prepared);
          expect(describeOutcome(prepared, contexts.prepared)).toEqual(standard);
          seen[response.data ? 'data' : 'noData'] += 1;
          if (response.errors) seen.errors += 1;
        }
      }),
      { numRuns: 200 },
    );
    // The worlds are neither all well nor all broken.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });
});

describe('executeOperation alone', () => {
  failOnUnhandledRejection();

  test('leaves no rejected promise without a handler', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, fields, requests }) => {
        const document = parse(randomDocument(schema, seed, fields));
        fc.pre(validate(schema, document, validationRules).length === 0);
        const executePrepared = createPreparedExecutor(document);
        for (const request of requests) await executePrepared(randomVariables(request), { seed: request, calls: [] });
      }),
      { numRuns: 200 },
    );
  });
});
