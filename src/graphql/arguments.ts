import {
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  defaultFieldResolver,
  getArgumentValues,
  isObjectType,
} from 'graphql';

type Values = Readonly<Record<string, unknown>>;
type Field = GraphQLField<unknown, unknown>;

/** A field's arguments, as its resolver gets them. */
export function argumentsOf(field: Field, node: FieldNode, variableValues: Values): Values {
  return withDefaults(field, getArgumentValues(field, node, variableValues));
}

/**
 * Has resolvers get an argument's default for a null, too: clients send null for whatever they were not told, and mean nothing by
 * it. GraphQL itself takes the default only for what is left out.
 */
export function takeNullForDefault(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.some(({ defaultValue }) => defaultValue !== undefined)) {
        const resolve: GraphQLFieldResolver<unknown, unknown> = field.resolve ?? defaultFieldResolver;
        field.resolve = (source, args: Values, context, info) =>
          resolve(source, withDefaults(field, args), context, info);
      }
    }
  }
  return schema;
}

function withDefaults({ args }: Field, values: Values): Values {
  const left = args.filter(({ name, defaultValue }) => values[name] === null && defaultValue !== undefined);
  return { ...values, ...Object.fromEntries(left.map(({ name, defaultValue }) => [name, defaultValue])) };
}
