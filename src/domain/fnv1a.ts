/** The offset basis of FNV-1a with 32 bits. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Continues the 32-bit hash FNV-1a with the code points of a text, each as one step (http://www.isthe.com/chongo/tech/comp/fnv). Returns a
 * signed number: `>>> 0` makes it the hash.
 */
export function fnv1a(text: string, basis: number = FNV_BASIS): number {
  let hash = basis;
  for (let i = 0; i < text.length; i += 1) {
    const codePoint = text.codePointAt(i) ?? 0;
    // The second half of a surrogate pair is a part of this code point.
    if (codePoint > 0xffff) i += 1;
    hash = Math.imul(hash ^ codePoint, FNV_PRIME);
  }
  return hash;
}
