import {
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  defaultFieldResolver,
  getArgumentValues,
  isObjectType,
} from 'graphql';

type ArgumentValues = Readonly<Record<string, unknown>>;
type AnyField = GraphQLField<unknown, unknown>;

/** A field's arguments, as its resolver gets them. */
export function coerceArguments(field: AnyField, node: FieldNode, variableValues: ArgumentValues): ArgumentValues {
  return withDefaults(field, getArgumentValues(field, node, variableValues));
}

/**
 * Has resolvers get an argument's default for a null, too: clients send null for whatever they were not told, and mean nothing by
 * it. GraphQL itself takes the default only for what is left out.
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
  const nullArguments = args.filter(({ name, defaultValue }) => values[name] === null && defaultValue !== undefined);
  return { ...values, ...Object.fromEntries(nullArguments.map(({ name, defaultValue }) => [name, defaultValue])) };
}
