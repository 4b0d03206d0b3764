import { stringifyInSteps } from '../domain/json-in-steps.ts';
import { JsonText } from '../domain/json-text.ts';

/** Writes a result as `JSON.stringify` does, with a line end, in steps. Data that are JSON text already are not read. */
export function* writeResult(result: object): Generator<undefined, string> {
  if (!('data' in result) || !(result.data instanceof JsonText)) return yield* stringifyInSteps(result, { end: '\n' });
  const { text } = result.data;
  const members = Object.entries(result).flatMap(([name, value]: [string, unknown]) => {
    const json = value === result.data ? text : (JSON.stringify(value) as string | undefined);
    return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`];
  });
  return `{${members.join(',')}}\n`;
}
