const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user has no permission',
};

/** Says why a file cannot be read, in words where the error is a usual one. */
export function describeReadProblem(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return READ_PROBLEMS[code] ?? code;
}
