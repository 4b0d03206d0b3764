import { z } from 'zod';
import { isLoopback } from './loopback.ts';
import { ENVIRONMENT } from './overrides.ts';
import type { Fault, Problem } from './problem.ts';

const MESSAGE = 'must be a loopback host such as 127.0.0.1 as long as there is no auth';

const outline = z
  .object({ auth: z.unknown().optional(), server: z.object({ host: z.string().catch('') }).catch({ host: '' }) })
  .catch({ auth: undefined, server: { host: '' } });

/** Without auth, anybody who can reach the gateway may ask it everything: then only this machine must reach it. */
export function checkHost(
  raw: unknown,
  override: string | undefined,
  toProblem: (fault: Fault) => Problem,
): readonly Problem[] {
  const { auth, server } = outline.parse(raw);
  if (auth !== undefined) return [];
  if (override) return isLoopback(override) ? [] : [{ file: ENVIRONMENT, path: 'HOST', message: MESSAGE }];
  return server.host === '' || isLoopback(server.host)
    ? []
    : [toProblem({ path: ['server', 'host'], message: MESSAGE })];
}
