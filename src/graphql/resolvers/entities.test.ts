import { describe, expect, test } from '@jest/globals';
import { Kind, parse, print } from 'graphql';
import { INTERACTION, PERIOD, runQuery, SESSION } from '../../../test/support/schema-harness.ts';
import { agentId, interactionId, sessionId, statusPeriodId } from '../../domain/global-id.ts';

describe('federation entities', () => {
  test('returns the SDL of the subgraph, with the keys of its entities', async () => {
    const { data, errors } = await runQuery('{ _service { sdl } }');
    expect(errors).toBeUndefined();
    const { sdl } = (data as unknown as { _service: { sdl: string } })._service;
    const keyed = parse(sdl).definitions.flatMap((definition) =>
      (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) &&
      definition.directives?.map((directive) => print(directive)).includes('@key(fields: "id")')
        ? [definition.name.value]
        : [],
    );
    expect(keyed.toSorted()).toEqual(['Agent', 'Interaction', 'Session', 'StatusPeriod']);
    expect(sdl).toContain('https://specs.apollo.dev/federation/v2');
  });

  const QUERY = `query ($of: [_Any!]!) { _entities(representations: $of) {
    __typename ... on Agent { id name } ... on Session { id vendorSessionId } ... on StatusPeriod { id status }
    ... on Interaction { id guid } } }`;
  async function resolveEntities(...representations: readonly unknown[]) {
    const { data, errors } = await runQuery(QUERY, { of: representations });
    expect(errors).toBeUndefined();
    return (data as unknown as { _entities: readonly unknown[] })._entities;
  }
  const ids = {
    Agent: agentId('jane'),
    Session: sessionId(SESSION),
    StatusPeriod: statusPeriodId(PERIOD),
    Interaction: interactionId(INTERACTION),
  };

  test('resolves every entity by its id, in the order of the representations', async () => {
    const representations = Object.entries(ids).map(([name, id]) => ({ __typename: name, id }));
    expect(await resolveEntities(...representations, representations[0])).toEqual([
      { ...representations[0], name: 'Jane' },
      { ...representations[1], vendorSessionId: 's1' },
      { ...representations[2], status: 'AVAILABLE' },
      { ...representations[3], guid: 'g1' },
      { ...representations[0], name: 'Jane' },
    ]);
  });

  const { Agent: id } = ids;
  test.each<[string, object]>([
    ['its e-mail address', { email: 'jane@example.com' }],
    ['its e-mail address in other case', { email: 'JANE@Example.com' }],
    ['its key', { key: 'jane' }],
    ['its id, whatever the other keys are', { id, email: 'unknown@example.com', key: 'unknown' }],
    ['its address, where the id is null', { id: null, email: 'jane@example.com', key: null }],
  ])('resolves an agent by %s', async (_name, keys) => {
    expect(await resolveEntities({ __typename: 'Agent', ...keys })).toEqual([
      { __typename: 'Agent', id, name: 'Jane' },
    ]);
  });

  test.each<[string, unknown]>([
    ['an unknown address', { __typename: 'Agent', email: 'unknown@example.com' }],
    ['an address that is empty', { __typename: 'Agent', email: '' }],
    ['an address that is not a string', { __typename: 'Agent', email: 5 }],
    ['an unknown key', { __typename: 'Agent', key: 'unknown' }],
    ['a key that is a list', { __typename: 'Agent', key: ['jane'] }],
    ['a session by an address', { __typename: 'Session', email: 'jane@example.com' }],
    ['an id without an object', { __typename: 'Agent', id: agentId('unknown') }],
    ['a string that is not a global id', { __typename: 'Agent', id: 'jane' }],
    ['an id of another type', { __typename: 'Session', id: ids.Agent }],
    ['a missing id', { __typename: 'Agent' }],
    ['an id that is a number', { __typename: 'Agent', id: 5 }],
    ['an id that is a list', { __typename: 'Agent', id: [ids.Agent] }],
    ['an id that is null', { __typename: 'Agent', id: null }],
  ])('resolves an entity to null for %s', async (_name, representation) => {
    expect(await resolveEntities(representation)).toEqual([null]);
  });

  test.each<[string, unknown]>([
    ['without a type', { id: ids.Agent }],
    ['of a type that is not an entity', { __typename: 'Account', id: 'kore' }],
    ['of an unknown type', { __typename: 'Nope', id: ids.Agent }],
    ['that is a string', 'Agent'],
    ['that is a number', 5],
  ])('rejects a representation %s, and resolves the others', async (_name, representation) => {
    const { data, errors } = await runQuery(QUERY, { of: [representation, { __typename: 'Agent', id: ids.Agent }] });
    expect(data).toMatchObject({ _entities: [null, { id: ids.Agent }] });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['_entities', 0],
      originalError: { name: 'InvalidInputError', argument: 'representations' },
    });
  });

  test('resolves entities to the objects of the sources, without modifying them', async () => {
    const { data } = await runQuery(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on StatusPeriod { session { id } } } }',
      {
        of: [{ __typename: 'StatusPeriod', id: ids.StatusPeriod }],
      },
    );
    expect(data).toEqual({ _entities: [{ session: { id: ids.Session } }] });
    for (const entity of [SESSION, PERIOD]) expect(Object.getOwnPropertyNames(entity)).not.toContain('__typename');
  });
});
