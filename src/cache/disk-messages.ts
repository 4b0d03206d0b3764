import type { DeletedRow, DiskReadResult, DiskRow, ListedRow } from './disk-database.ts';
import type { StoreUse } from './memory-store.ts';
import type { DiskErrorReason } from './ports.ts';

/** What the thread of the file does, by the type of the message. Messages are answered in their order. */
export interface DiskRequests {
  /** Opens the file; `isDamaged`: that which is open is moved aside before. */
  readonly open: { readonly path: string; readonly maxBytes: number; readonly isDamaged: boolean };
  readonly read: { readonly keys: readonly string[]; readonly maxBytes: number };
  readonly write: { readonly rows: readonly DiskRow[]; readonly now: number };
  /** Lists the entries that follow the row with this number, some at a time. */
  readonly list: { readonly after: number };
  /** Deletes entries, unless they have been replaced. */
  readonly delete: { readonly rows: readonly DeletedRow[] };
  /** One step of removing what has expired. */
  readonly tidy: { readonly now: number };
  readonly close: Readonly<Record<string, never>>;
}

export interface DiskReplies {
  readonly open: { readonly movedTo: string | null; readonly use: StoreUse };
  readonly read: DiskReadResult;
  readonly write: { readonly use: StoreUse };
  readonly list: { readonly rows: readonly ListedRow[] };
  readonly delete: { readonly use: StoreUse };
  readonly tidy: { readonly isDone: boolean; readonly use: StoreUse };
  readonly close: null;
}

export type DiskOperation = keyof DiskRequests;

export interface DiskMessage<Type extends DiskOperation = DiskOperation> {
  readonly id: number;
  readonly type: Type;
  readonly request: DiskRequests[Type];
}

export type DiskReply =
  | { readonly id: number; readonly result: DiskReplies[DiskOperation] }
  | { readonly id: number; readonly failure: DiskErrorReason };
