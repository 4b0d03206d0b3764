import { isComplete } from '../../gather/fan-out.ts';
import type { Page, SourcedPage } from '../../gather/page.ts';

/** The fields that every connection shares. */
export const connectionFields = {
  edges: <T>(page: Page<T>) => {
    const cursors = page.cursors();
    return page.nodes.map((node, index) => ({ node, cursor: cursors[index] ?? '' }));
  },
  pageInfo: ({ cursors, hasNextPage, hasPreviousPage }: Page<unknown>) => ({
    hasNextPage,
    hasPreviousPage,
    startCursor: cursors()[0] ?? null,
    endCursor: cursors().at(-1) ?? null,
  }),
};

/** The fields of a connection with vendor data. */
export const sourcedConnectionFields = {
  ...connectionFields,
  complete: ({ sources }: Pick<SourcedPage<unknown>, 'sources'>) => isComplete(sources),
};
