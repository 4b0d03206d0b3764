import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { hashOf } from './random-world.ts';

const VARIABLES = '$yes: Boolean!, $maybe: Boolean = true, $nth: Int, $must: Int!, $tag: String = "tag"';
const MAX_DEPTH = 4;
const FRAGMENTS = 3;

/** Returns any query of a schema: with fields more than once, fragments, conditions and variables. Some are not valid. */
export function randomDocument(schema: GraphQLSchema, seed: number, fields: number): string {
  return new DocumentBuilder(schema, seed, fields).build();
}

/** Returns the variables of a request for such a query. */
export function randomVariables(seed: number): Readonly<Record<string, unknown>> {
  const draw = (name: string, values: readonly unknown[]) => values[hashOf(seed, name) % values.length];
  return {
    yes: draw('yes', [true, false]),
    maybe: draw('maybe', [true, false, undefined, null]),
    nth: draw('nth', [1, 2, null, undefined]),
    must: draw('must', [0, 2]),
    tag: draw('tag', ['a', 'b', null, undefined]),
  };
}

class DocumentBuilder {
  readonly #schema: GraphQLSchema;
  readonly #seed: number;
  #draws = 0;
  #fieldsLeft: number;

  constructor(schema: GraphQLSchema, seed: number, fields: number) {
    this.#schema = schema;
    this.#seed = seed;
    this.#fieldsLeft = fields;
  }

  build(): string {
    const query = this.#schema.getQueryType();
    if (!query) throw new Error('the schema has no queries');
    const operation = `query (${VARIABLES}) ${this.#selectionSet(query, MAX_DEPTH)}`;
    // A fragment spreads no other fragment, so that there is no cycle.
    const fragments = Array.from({ length: FRAGMENTS }, (_, index) => {
      const type = this.#fragmentType(index);
      this.#fieldsLeft = 4;
      return `fragment F${index} on ${type.name} ${this.#selectionSet(type, 1, false)}`;
    });
    return [operation, ...fragments].join('\n');
  }

  #draw(max: number): number {
    this.#draws += 1;
    return hashOf(this.#seed, this.#draws) % max;
  }

  #pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.#draw(values.length)] ?? values[0];
  }

  #fragmentType(index: number): GraphQLCompositeType {
    const types = Object.values(this.#schema.getTypeMap())
      .filter(isCompositeType)
      .filter(({ name }) => !name.startsWith('__'));
    const type = types[hashOf(this.#seed, 'fragment', index) % types.length];
    if (!type) throw new Error('the schema has no types');
    return type;
  }

  #selectionSet(type: GraphQLCompositeType, depth: number, maySpread = true): string {
    const selections = Array.from({ length: this.#fieldsLeft > 0 ? 1 + this.#draw(4) : 1 }, () =>
      this.#selection(type, depth, maySpread),
    );
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number, maySpread: boolean): string {
    const kind = this.#draw(10);
    if (maySpread && kind === 0) {
      const index = this.#draw(FRAGMENTS);
      if (this.#overlap(type, this.#fragmentType(index))) return `...F${index} ${this.#condition()}`;
    }
    if (depth > 0 && this.#fieldsLeft > 0 && kind < 3) {
      const types = Object.values(this.#schema.getTypeMap())
        .filter(isCompositeType)
        .filter((each) => this.#overlap(type, each));
      const [first = type, ...others] = types;
      const target = this.#draw(4) === 0 ? null : this.#pick([first, ...others]);
      return `... ${target ? `on ${target.name}` : ''} ${this.#condition()} ${this.#selectionSet(target ?? type, depth - 1, maySpread)}`;
    }
    return this.#field(type, depth, maySpread);
  }

  #overlap(type: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
    const typesOf = (each: GraphQLCompositeType) =>
      isAbstractType(each) ? this.#schema.getPossibleTypes(each) : [each];
    return typesOf(type).some((each) => typesOf(other).includes(each));
  }

  #field(type: GraphQLCompositeType, depth: number, maySpread: boolean): string {
    this.#fieldsLeft -= 1;
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const isComposite = (field: GraphQLField<unknown, unknown>) => isCompositeType(getNamedType(field.type));
    const goesDeeper = depth > 0 && this.#fieldsLeft > 0 && this.#draw(3) > 0;
    const [first, ...others] = fields.filter((field) => isComposite(field) === goesDeeper);
    if (!first || this.#draw(12) === 0) return `${this.#alias('__typename', '')} ${this.#condition()}`;
    const field = this.#pick([first, ...others]);
    const args = this.#arguments(field);
    const inner = getNamedType(field.type);
    const below = isCompositeType(inner) ? this.#selectionSet(inner, depth - 1, maySpread) : '';
    return `${this.#alias(field.name, args)} ${this.#condition()} ${below}`;
  }

  /** One alias per field and arguments, so that equal ones are merged and others do not conflict. */
  #alias(name: string, args: string): string {
    const number = hashOf(name, args) % 1000;
    const alias = this.#pick([`a${number}`, `b${number}`, name === '__typename' ? '__proto__' : '']);
    return args === '' && alias === '' ? name : `${alias || `c${number}`}: ${name}${args}`;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const used = args.filter(({ type }) => isNonNullType(type) || this.#draw(2) === 0);
    return used.length === 0 ? '' : `(${used.map((arg) => `${arg.name}: ${this.#argumentValue(arg)}`).join(', ')})`;
  }

  #argumentValue({ name, type }: GraphQLArgument): string {
    if (name === 'tag') return this.#pick(isNonNullType(type) ? ['$tag', '"literal"'] : ['$tag', '"literal"', 'null']);
    return this.#pick(isNonNullType(type) ? ['$must', '2'] : ['$nth', '$must', '3', 'null']);
  }

  #condition(): string {
    if (this.#draw(8) > 0) return '';
    const variable = this.#pick(['$yes', '$maybe', 'true', 'false']);
    return this.#pick([
      `@skip(if: ${variable})`,
      `@include(if: ${variable})`,
      `@skip(if: $yes) @include(if: ${variable})`,
    ]);
  }
}
