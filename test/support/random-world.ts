import {
  buildSchema,
  getNullableType,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  isScalarType,
} from 'graphql';

/** Each kind of type that execution distinguishes, nullable and not, in lists and without. */
const TYPE_DEFINITIONS = `
  enum Color { RED GREEN }
  scalar Odd
  interface Named { name: String  self: Named!  peers: [Named!] }
  type Person implements Named {
    name: String  self: Named!  peers: [Named!]
    id: ID!  age: Int!  score: Float  color: Color  odd: Odd  odds: [Odd!]  words: [String]!
    friend(nth: Int = 1, tag: String): Person  boss: Person!  team: [Person]!  groups: [[Person!]]
    pet(nth: Int!): Pet  pets(tag: String!): [Pet!]!
  }
  type Robot implements Named { name: String  self: Named!  peers: [Named!]  model: String!  owner: Person  parts: [Robot!]! }
  union Pet = Robot | Dog
  type Dog { bark: String!  owner: Person! }
  type Query {
    person(nth: Int = 1, tag: String): Person  must: Person!  named: Named  people: [Person!]  pets: [Pet]!  count: Int!
  }
`;

/** The context of an execution. */
export interface WorldContext {
  readonly seed: number;
  /** Each call of a resolver, with what it was given. */
  readonly calls: string[];
}

/** An object of the world: its type, and its place, on which its properties depend. */
interface WorldObject {
  readonly type: GraphQLObjectType;
  readonly place: string;
}

/**
 * Creates a schema whose data is random: what a field returns depends on the seed and its place alone, so that two executions of a
 * query see the same world. Fields without a resolver are properties of their objects; some of those are functions.
 */
export function createRandomWorld(): GraphQLSchema {
  const schema = buildSchema(TYPE_DEFINITIONS);
  const world = new World(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        if (type.name === 'Query' || hashOf(type.name, field.name) % 2 === 0)
          field.resolve = world.createResolver(field.type);
    }
    if (type.name === 'Odd' && isScalarType(type)) type.serialize = serializeOdd;
    if (type.name === 'Pet' && isAbstractType(type)) type.resolveType = resolvePet as never;
    if (type.name === 'Dog' && isObjectType(type)) type.isTypeOf = isDog as never;
  }
  return schema;
}

class World {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  createResolver(outputType: GraphQLOutputType): GraphQLFieldResolver<unknown, WorldContext> {
    return (source, args, context, { path, fieldName, fieldNodes, parentType, variableValues }) => {
      const { prev, key, typename } = path;
      context.calls.push(
        JSON.stringify([prev?.key, key, typename, fieldName, fieldNodes.length, parentType.name, args, variableValues]),
      );
      const place = `${isWorldObject(source) ? source.place : context.seed}.${fieldName}${JSON.stringify(args)}`;
      return this.#happen(place, () => this.#valueOf(outputType, place));
    };
  }

  /** The value, at once or later, or one of the things that happen instead. */
  #happen(place: string, create: () => unknown): unknown {
    const fate = hashOf(place, 'fate') % 60;
    if (fate < 40) return create();
    if (fate < 54) return later(place, create);
    switch (fate) {
      case 54:
        return null;
      case 55:
        return later(place, () => null);
      case 56:
        return new Error(`error of ${place}`);
      case 57:
        return later(place, () => new Error(`late error of ${place}`));
      case 58:
        throw failureOf(place);
      default:
        return later(place, () => {
          throw failureOf(place);
        });
    }
  }

  #valueOf(outputType: GraphQLOutputType, place: string): unknown {
    const type = getNullableType(outputType);
    const luck = hashOf(place, 'value');
    if (isListType(type)) {
      if (luck % 40 === 0) return ['text', 7, { length: 1 }][luck % 3];
      const items = Array.from({ length: luck % 4 }, (_, index) => {
        const itemPlace = `${place}[${index}]`;
        return hashOf(itemPlace, 'item') % 5 === 0
          ? this.#happenInList(itemPlace, type.ofType)
          : this.#valueOf(type.ofType, itemPlace);
      });
      return luck % 7 === 0 ? new Set(items) : items;
    }
    if (isEnumType(type)) return luck % 20 === 0 ? 'BLUE' : 'RED';
    if (isScalarType(type) && (type.name === 'Odd' || luck % 20 === 0))
      return [luck % 9, `text ${luck % 100}`, true, { odd: luck % 5 }][luck % 4];
    if (isScalarType(type)) return luck % 100;
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    return this.#createObject(types[luck % types.length] ?? (type as GraphQLObjectType), place);
  }

  /** An item cannot throw while its list is made. */
  #happenInList(place: string, itemType: GraphQLOutputType): unknown {
    try {
      return this.#happen(place, () => this.#valueOf(itemType, place));
    } catch {
      return new Error(`item ${place}`);
    }
  }

  /** Properties are computed when they are read: a promise that is not read must not reject. */
  #createObject(type: GraphQLObjectType, place: string): WorldObject {
    const object = { type, place, __typename: typeNameOf(type, place) };
    for (const [name, { type: fieldType }] of Object.entries(type.getFields())) {
      const property = `${place}.${name}`;
      const read = () => this.#happen(property, () => this.#valueOf(fieldType, property));
      const isMethod = hashOf(property, 'method') % 5 === 0;
      Object.defineProperty(object, name, {
        get: () =>
          isMethod
            ? (args: unknown, context: WorldContext) => (
                context.calls.push(`${property} ${JSON.stringify(args)}`),
                read()
              )
            : read(),
      });
    }
    return object;
  }
}

function isWorldObject(value: unknown): value is WorldObject {
  return typeof value === 'object' && value !== null && 'place' in value;
}

/** Several microtasks later: how many depends on the place, so that fields overtake each other. */
async function later<T>(place: string, create: () => T): Promise<T> {
  for (let turns = hashOf(place, 'turns') % 6; turns > 0; turns -= 1) await Promise.resolve();
  return create();
}

function failureOf(place: string): unknown {
  switch (hashOf(place, 'failure') % 4) {
    case 0:
      return new Error(`failure of ${place}`);
    case 1:
      return new GraphQLError(`failure of ${place}`, { extensions: { code: 'CODE' } });
    case 2:
      return new GraphQLError(`located failure of ${place}`, { path: ['elsewhere', 1] });
    default:
      return `no error, but a text: ${place}`;
  }
}

/** Now and then something that is not the name of a type, or of the wrong one. */
function typeNameOf(type: GraphQLObjectType, place: string): unknown {
  const luck = hashOf(place, 'type name') % 40;
  return luck < 5 ? [undefined, 'Unknown', 'Color', 'Query', 7][luck] : type.name;
}

function resolvePet(value: { readonly __typename: unknown; readonly place: string }): unknown {
  const { __typename: name, place } = value;
  switch (hashOf(place, 'resolveType') % 10) {
    case 0:
      throw new Error(`no type for ${place}`);
    case 1:
      return later(place, () => {
        throw new Error(`no type later for ${place}`);
      });
    case 2:
    case 3:
      return later(place, () => name);
    default:
      return name;
  }
}

function isDog({ place }: WorldObject): unknown {
  const luck = hashOf(place, 'isTypeOf') % 10;
  return luck < 3 ? later(place, () => luck > 0) : luck > 3;
}

function serializeOdd(value: unknown): unknown {
  if (value === true) throw new Error('true is too odd');
  return typeof value === 'number' && value % 3 === 0 ? null : value;
}

/** FNV-1a, finished so that its low bits are random, too. */
export function hashOf(...texts: readonly unknown[]): number {
  let hash = 0x811c9dc5;
  for (const character of texts.join('\n')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
