/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether an agent can take work. */
export type AgentStatus =
  /** Ready for work. */
  | 'AVAILABLE'
  /** On a break or otherwise absent for a while. */
  | 'AWAY'
  /** Working, or not to be disturbed. */
  | 'BUSY'
  /** Not logged in. */
  | 'OFFLINE'
  /** The vendor reports a status that is not in this list; see `vendorStatus`. */
  | 'UNKNOWN';

export type WallboardQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WallboardQuery = { readonly agents: { readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string | null, readonly email: string | null, readonly currentStatus: { readonly status: AgentStatus, readonly label: string | null, readonly start: string } | null }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const WallboardDocument = new TypedDocumentString(`
    query Wallboard($after: String) {
  agents(first: 200, after: $after, filter: {kind: HUMAN}) {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      name
      email
      currentStatus {
        status
        label
        start
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WallboardQuery, WallboardQueryVariables>;