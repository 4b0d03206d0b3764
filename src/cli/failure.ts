/** What went wrong below `fetch` or a socket, in one line. `fetch` only says that it failed; the cause says why. */
export function describeFailure(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { cause, errors, message, name } = error as Partial<AggregateError>;
  if (cause !== undefined) return describeFailure(cause);
  // An attempt for each address of a host.
  if (errors && errors.length > 0) return describeFailure(errors[0]);
  return [message, name].find((text) => text !== undefined && text !== '') ?? 'unknown error';
}
