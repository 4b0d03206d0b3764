/** About how many bytes a plain JSON value takes in memory: a rule of thumb for V8, good enough to bound a cache by. */
export function approximateBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length * bytesPerUnit(value);
    case 'object':
      if (value === null) return 8;
      if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 8 + approximateBytes(item), 48);
      return Object.values(value).reduce<number>((sum, item) => sum + 16 + approximateBytes(item), 48);
    default:
      return 8;
  }
}

/** One character beyond Latin-1 makes V8 keep the whole text in two bytes a unit. */
function bytesPerUnit(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 : 1;
}
