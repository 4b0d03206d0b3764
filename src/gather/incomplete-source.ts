import type { SourceReport } from '../domain/source.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { QueryContext } from './query-context.ts';

/** The error of a field that needs every source whole: that of the first source which is not. */
export function incompleteSourceError(context: QueryContext, sources: readonly SourceReport[]): VendorError {
  const report = sources.find(({ outcome }) => outcome !== 'OK');
  if (!report) throw new Error('every source is whole');
  const { account, endpoint, error } = report;
  const { vendor } = context.account(account);
  return (
    error ??
    new VendorError({ vendor, account, endpoint }, 'VENDOR_BAD_RESPONSE', 'A part of the vendor’s data is missing')
  );
}
