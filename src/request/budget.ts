/** Grants as many as are left of `limit`; what is granted is spent. */
export function createBudget(limit: number): (wanted: number) => number {
  let left = limit;
  return (requested) => {
    const granted = Math.max(0, Math.min(requested, left));
    left -= granted;
    return granted;
  };
}
