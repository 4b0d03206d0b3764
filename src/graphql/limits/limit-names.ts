const DOCUMENT_LIMITS = [
  'tokens',
  'depth',
  'fields',
  'aliases',
  'root_fields',
  'directives',
  'fragments',
  'operations',
  'planning_steps',
  'estimated_items',
  'response_objects',
  'vendor_calls',
] as const;

/** A limit on documents and their responses, as named in `extensions.limit` and in metrics. */
export type DocumentLimit = (typeof DOCUMENT_LIMITS)[number];

export function isDocumentLimit(limit: unknown): limit is DocumentLimit {
  return (DOCUMENT_LIMITS as readonly unknown[]).includes(limit);
}
