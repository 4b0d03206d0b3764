import type { FileFlaws } from './content.ts';

/**
 * Returns the reason that stands for a damage in errors. A file that was cut before it was sent is not a broken connection, for
 * which `truncated` stands: a retry returns the same file. Nor does a file that is no JSON tell of the other files, as an endpoint's
 * `malformed_json` does of its other responses.
 */
export function toDamageReason(damage: NonNullable<FileFlaws['damage']>) {
  if (damage === 'malformed') return 'file_malformed';
  return damage === 'truncated' ? 'file_truncated' : damage;
}
