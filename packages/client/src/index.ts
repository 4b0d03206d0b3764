export { createClient } from './client.ts';
export type { Client, ClientOptions, PollEvent, QueryArguments, QueryOptions } from './client.ts';
export type { TypedDocument } from './typed-document.ts';
export type { GraphqlError, GraphqlErrorExtensions } from './graphql-error.ts';
export { RequestError } from './request-error.ts';
export type { QueryResult } from './response.ts';
export * from './generated/documents.ts';
