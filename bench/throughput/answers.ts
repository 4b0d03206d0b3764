import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess } from './process.ts';
import { fillTemplate } from './template.ts';
import { normalize, type Workload } from './workloads.ts';
import { takeNumber } from './wrk.ts';

/** Enough for every agent of W3 and every team, unless there are more of them. */
const CHECKED_REQUESTS = 50;
/** A gateway that sheds load is asked again. */
const MAX_ATTEMPTS = 30;
const RETRY_MS = 1000;

export function toBody({ query, variables, teams }: Workload, number: number): string {
  return fillTemplate(JSON.stringify({ query, variables }), number, teams);
}

/** Returns the bytes of an answer; throws unless the server answers with the expected data. */
export async function assertAnswers(server: BenchProcess, workload: Workload): Promise<string> {
  let bytes = '';
  for (let nth = 0; nth < CHECKED_REQUESTS; nth += 1) {
    const number = takeNumber();
    bytes = await post(server, toBody(workload, number));
    const answer = normalize((JSON.parse(bytes) as { readonly data: unknown }).data);
    const expected = normalize(workload.expected(number));
    if (answer !== expected) throw new Error(`answers ${differenceOf(answer, expected)}`);
  }
  return bytes;
}

/** Asks again after a 503; throws after any other status than 200. */
export async function post({ url, headers }: BenchProcess, body: string): Promise<string> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    if (response.ok) return text;
    if (response.status !== 503) throw new Error(`answers ${response.status}: ${text.slice(0, 300)}`);
    await sleep(RETRY_MS);
  }
  throw new Error('stays overloaded');
}

/** Both texts from shortly before they differ. */
function differenceOf(answer: string, expected: string): string {
  let at = 0;
  while (at < expected.length && answer[at] === expected[at]) at += 1;
  const part = (text: string) => text.slice(Math.max(0, at - 60), at + 100);
  return `${part(answer)} instead of ${part(expected)}`;
}
