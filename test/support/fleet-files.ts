import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingsShape } from '../../src/config/settings.ts';
import { SECOND } from '../../src/domain/time.ts';
import { CLOSE_TIMEOUT_MS } from '../../src/server/shutdown.ts';
import { DEPLOY_FOLDER } from './deploy-files.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What has to fit beside the heap in a container's memory, of which 192 are new objects. */
const MIN_MEBIBYTES_BESIDE_HEAP = 544;

export function readDeployFile(path: string): string {
  return readFileSync(join(DEPLOY_FOLDER, path), 'utf8');
}

/** The configuration of the fleet, as written. */
export const FLEET_CONFIG = readDeployFile('kubernetes/switchboard.yaml');

/** The names below /run/secrets that the configuration of the fleet reads, sorted. */
export function fleetSecrets(): readonly string[] {
  const names = [...FLEET_CONFIG.matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

/** How long a shutdown may take, by the configuration of the fleet and by the defaults. */
export function maxShutdownSeconds(): number {
  const serverSchema = z.object({ server: settingsShape.server });
  const seconds = [FLEET_CONFIG, 'server: {}'].map((text) => {
    const { server } = serverSchema.parse(parse(text));
    return server.lameDuckSeconds + server.drainSeconds;
  });
  return Math.max(...seconds) + CLOSE_TIMEOUT_MS / SECOND;
}

/** The least memory of a gateway in mebibytes: the heap of the image, and what is beside it. */
export function minGatewayMebibytes(): number {
  const [, heap] = /--max-old-space-size=(\d+)/.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
  return Number(heap) + MIN_MEBIBYTES_BESIDE_HEAP;
}
