import { expect, test } from '@jest/globals';
import { hideFederationFields } from './introspection.ts';

function fields(...names: readonly string[]) {
  return names.map((name) => ({ name }));
}
function answer(types: readonly object[]) {
  return { data: { __schema: { queryType: { name: 'Query' }, types } } };
}

test('hides the root fields of federation, and keeps all others', () => {
  const types = [
    { name: 'Query', fields: fields('_entities', '_service', 'b', 'a') },
    { name: '_Service', fields: fields('sdl') },
    { name: 'Color', fields: null },
  ];
  expect(hideFederationFields(answer(types))).toEqual(
    answer([{ name: 'Query', fields: fields('b', 'a') }, ...types.slice(1)]),
  );
});

test.each([null, 'text', {}, { errors: [] }, { data: null }, { data: { agents: {} } }])(
  'leaves %j as it is',
  (value) => {
    expect(hideFederationFields(value)).toBe(value);
  },
);
