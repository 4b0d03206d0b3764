export { createClient } from './client.ts';
export type { Client, PollEvent, QueryArguments, QueryOptions, SubscribeOptions, WatchedDocuments } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export type { LiveEvent, LiveState } from './live-query.ts';
export type { TypedDocument } from './typed-document.ts';
export type { GraphqlError, GraphqlErrorExtensions } from './graphql-error.ts';
export { RequestError } from './request-error.ts';
export type { QueryResult } from './response.ts';
export * from './generated/documents.ts';
