/**
 * The text of an operation, with the types of its data and variables. What graphql-codegen generates with `documentMode: string` is one, too.
 */
export interface TypedDocument<Data, Variables> {
  toString(): string;
  /** The id of the text in a manifest of trusted documents; absent: the text is always sent. */
  readonly documentId?: string | undefined;
  /** Never present: it carries the types. */
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** Returns a text as a document; the compiler takes the types from the constant that it is assigned to. */
export function toTypedDocument<Data, Variables>(text: string, documentId?: string): TypedDocument<Data, Variables> {
  return documentId === undefined ? text : { documentId, toString: () => text };
}
