import { hash } from 'node:crypto';
import { Secret } from './secret.ts';

/** Returns a digest that is equal for equal settings only, secrets included, and shows nothing of them. */
export function digestSettings(settings: unknown): string {
  const text = JSON.stringify({ settings }, function reveal(this: Record<string, unknown>, key, value: unknown) {
    // The value has been through `toJSON` already.
    const original = this[key];
    return original instanceof Secret ? { secret: original.reveal() } : value;
  });
  return hash('sha256', text);
}
