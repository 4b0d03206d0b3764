import {
  defaultFieldResolver,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { PreparedOperation } from './operation.ts';
import type { SelectedField } from './selected-field.ts';

type ArgumentValues = Readonly<Record<string, unknown>>;
type AnyField = GraphQLField<unknown, unknown>;

/** Returns a field's arguments as its resolver receives them. Throws GraphQLError. */
export function coerceArguments(operation: PreparedOperation, field: SelectedField): ArgumentValues {
  return withDefaults(field.definition, operation.argumentsOf(field));
}

/**
 * Makes resolvers receive an argument's default for an explicit null, too: many clients send null for a value that was not set.
 * GraphQL itself applies the default only to an omitted argument.
 */
export function applyDefaultsForNull(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.some(({ defaultValue }) => defaultValue !== undefined)) {
        const resolve: GraphQLFieldResolver<unknown, unknown> = field.resolve ?? defaultFieldResolver;
        field.resolve = (source, args: ArgumentValues, context, info) =>
          resolve(source, withDefaults(field, args), context, info);
      }
    }
  }
  return schema;
}

function withDefaults({ args }: AnyField, values: ArgumentValues): ArgumentValues {
  const isNull = ({ name, defaultValue }: GraphQLArgument): boolean =>
    values[name] === null && defaultValue !== undefined;
  // The same object for every parent, so that what depends on the arguments alone is computed once.
  if (!args.some(isNull)) return values;
  const nullArguments = args.filter(isNull);
  return { ...values, ...Object.fromEntries(nullArguments.map(({ name, defaultValue }) => [name, defaultValue])) };
}
