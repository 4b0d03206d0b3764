/** Grants as many as are left of `limit`; what is granted is spent. */
export function createAllowance(limit: number): (wanted: number) => number {
  let left = limit;
  return (wanted) => {
    const granted = Math.max(0, Math.min(wanted, left));
    left -= granted;
    return granted;
  };
}
