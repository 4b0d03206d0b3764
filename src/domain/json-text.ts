/** A value that is JSON text already. `JSON.stringify` returns the same text for it, by way of a value. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
