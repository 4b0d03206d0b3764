/**
 * The text of an operation, with the types of its data and variables. What graphql-codegen generates with `documentMode: string` is one, too.
 */
export interface TypedDocument<Data, Variables> {
  toString(): string;
  /** The id of the text in a manifest of trusted documents; absent: the text is always sent. */
  readonly documentId?: string | undefined;
  /** What graphql-codegen adds with `persistedDocuments`: among others the `hash` that is the document's id. */
  readonly __meta__?: Readonly<Record<string, unknown>> | undefined;
  /** Never present: it carries the types. */
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** Returns a text as a document; the compiler takes the types from the constant that it is assigned to. */
export function toTypedDocument<Data, Variables>(text: string, documentId?: string): TypedDocument<Data, Variables> {
  return documentId === undefined ? text : { documentId, toString: () => text };
}

/** The id of a document of this package, or of graphql-codegen. */
export function findDocumentId({
  documentId,
  __meta__,
}: Pick<TypedDocument<unknown, unknown>, 'documentId' | '__meta__'>): string | undefined {
  if (documentId !== undefined) return documentId;
  const hash = __meta__?.hash;
  return typeof hash === 'string' ? hash : undefined;
}
