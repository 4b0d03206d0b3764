import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { markConstantFields } from '../ast/constant-fields.ts';
import { createOperationPreparer } from '../ast/operation.ts';
import type { Selection } from '../ast/selected-field.ts';
import { ObjectTexts } from './object-texts.ts';
import { SelectionTexts } from './selection-texts.ts';

const schema = markConstantFields(
  buildSchema('type Query { things: [Thing] } type Thing { name: String size: Int other: Thing }'),
  { Thing: [] },
);

/** The selection of an item of the list, as an operation has it. */
function itemSelection(fields: string): Selection {
  const document = parse(`{ things { ${fields} } }`);
  const definition = getOperationAST(document);
  const operation = definition && createOperationPreparer()({ schema, document, definition }).operation;
  const [field] = operation?.rootSelection()?.fields ?? [];
  const type = schema.getType('Thing');
  if (!operation || !field || !type || !('getFields' in type) || field.completion.item?.kind !== 'object')
    throw new Error('no such list');
  return operation.selectionOn(field, field.completion.item.type);
}

/** Texts of which an earlier execution had the same shapes. */
function createTexts(...earlier: readonly Selection[]): SelectionTexts {
  const objectTexts = new ObjectTexts(10_000);
  for (const areNonNull of [true, false])
    for (const selection of earlier) new SelectionTexts(objectTexts).ofLists(selection, areNonNull);
  return new SelectionTexts(objectTexts);
}

test('finds the texts of lists of which constant fields are selected, also of another document', () => {
  const texts = createTexts(itemSelection('name size'));
  const selection = itemSelection('name size');
  expect(texts.ofLists(selection, true)).toBeInstanceOf(WeakMap);
  expect(texts.ofLists(selection, true)).toBe(texts.ofLists(selection, true));
});

test('has no texts of lists with other fields', () => {
  for (const fields of [
    'name size other { name size }',
    'other { name size }',
    'name size other { name } a: name b: size',
  ]) {
    const selection = itemSelection(fields);
    expect(createTexts(selection, selection).ofLists(selection, true)).toBeNull();
  }
});

test('lists whose items may be null have texts of their own, and so have objects', () => {
  const [selection, another] = [itemSelection('name size'), itemSelection('name size')];
  const texts = createTexts(selection);
  const constants = selection.steps[0]?.constants;
  if (!constants) throw new Error('no constants');
  expect(texts.ofLists(selection, true)).not.toBe(texts.ofLists(another, false));
  expect(texts.ofObjects(constants)).toBeNull();
});
