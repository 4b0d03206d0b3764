import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';

/**
 * The types whose objects never change and are the same for every query, with the fields whose resolvers depend on the object alone.
 * Leaves without a resolver are properties of the object, and need not be named.
 */
export type ConstantFieldNames = Readonly<Partial<Record<string, readonly string[]>>>;

/** The name of the extension of an object type that lists its constant fields. */
const EXTENSION = 'constantFields';

/** Marks the constant fields of a schema, and returns it. Throws for a name that it does not have. */
export function markConstantFields(schema: GraphQLSchema, namesByType: ConstantFieldNames): GraphQLSchema {
  for (const [typeName, names = []] of Object.entries(namesByType)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`the schema has no object type ${typeName}`);
    const fields = type.getFields();
    const unknown = names.find((name) => !fields[name]?.resolve);
    if (unknown !== undefined) throw new Error(`${typeName}.${unknown} has no resolver`);
    const constants = Object.values(fields).filter(
      ({ name, resolve, args, type: fieldType }) =>
        isLeafType(getNamedType(fieldType)) && args.length === 0 && (!resolve || names.includes(name)),
    );
    const constantFields = new Set([TypeNameMetaFieldDef.name, ...constants.map(({ name }) => name)]);
    type.extensions = { ...type.extensions, [EXTENSION]: constantFields };
  }
  return schema;
}

/** Whether the value of a field depends on its object alone, which never changes. */
export function isConstantField({ extensions }: GraphQLObjectType, name: string): boolean {
  const names = extensions[EXTENSION];
  return names instanceof Set && names.has(name);
}
