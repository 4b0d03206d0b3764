import { inspect } from 'node:util';
import { z } from 'zod';

/** A text that appears only where it is used: printing, logging or serialising it gives a placeholder. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** The schema of a secret in the configuration. */
export const secretSchema = z
  .string()
  .min(1)
  .transform((value) => new Secret(value));
