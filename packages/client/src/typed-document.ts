/**
 * The text of an operation, with the types of its data and variables. What graphql-codegen generates with `documentMode: string` is one, too.
 */
export interface TypedDocument<Data, Variables> {
  toString(): string;
  /** Never present: it carries the types. */
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** Returns a text as a document; the compiler takes the types from the constant that it is assigned to. */
export function toTypedDocument<Data, Variables>(text: string): TypedDocument<Data, Variables> {
  return text;
}
