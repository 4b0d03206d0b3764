interface IntrospectedType {
  readonly name: string;
  readonly fields?: readonly { readonly name: string }[] | null;
}

/**
 * Removes the root fields of federation (`_entities`, `_service`) from an answer to introspection: they are for routers, and the explorer, which
 * lists fields by name, would begin with them. They can still be queried. Any other answer is returned unchanged.
 */
export function hideFederationFields(answer: unknown): unknown {
  const { data } = (answer ?? {}) as { readonly data?: { readonly __schema?: { readonly types?: unknown } } | null };
  const types = data?.__schema?.types;
  if (!Array.isArray(types)) return answer;
  const shown = (types as readonly IntrospectedType[]).map((type) =>
    type.name === 'Query' && type.fields
      ? { ...type, fields: type.fields.filter(({ name }) => !name.startsWith('_')) }
      : type,
  );
  return { ...(answer as object), data: { ...data, __schema: { ...data?.__schema, types: shown } } };
}
