/**
 * Why a part of a vendor's response, or a file, is left out. `contract`: it has another form than documented. `foreign_agent`,
 * `foreign_account`: it belongs to an agent that was not asked for, or to another account. `link_refused`: a file's link leads
 * elsewhere. `file_limit`, `memory_limit`: limits of a query. The others: the file is damaged and was read in part.
 */
export type DropReason =
  | 'contract'
  | 'foreign_agent'
  | 'foreign_account'
  | 'link_refused'
  | 'file_limit'
  | 'memory_limit'
  | 'file_malformed'
  | 'file_truncated'
  | 'corrupt'
  | 'zip'
  | 'too_large';

/**
 * Records or files of a response were left out, although the rest of it is used. Called once for each response, when it arrives;
 * what is read from the cache later is not reported again.
 */
export type OnDropped = (endpoint: string, reason: DropReason, count: number) => void;
