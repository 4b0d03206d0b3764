import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { CONCURRENCY, TEAMS } from '../targets/t3-uncached.ts';
import { assertAnswers } from '../throughput/answers.ts';
import { startGateway } from '../throughput/gateway.ts';
import { LOAD_CORE, moveToLoadCore, ROOT, startCommand } from '../throughput/process.ts';
import { pastDay, startStub } from '../throughput/stub.ts';
import { newWorkloads, repeatedWorkloads, uncachedWorkloads, type Workload } from '../throughput/workloads.ts';
import { runLoad } from '../throughput/wrk.ts';
import { type CpuProfile, sharesByPart } from './profile.ts';

const CONNECTIONS = 50;
const WARM_UP_SECONDS = 5;
/** Parts with less in every workload are not worth a row. */
const MIN_SHARE = 1;

type Shares = ReadonlyMap<string, number>;

/** Where the main thread's time goes in the workloads of T1, T2 and T3: a sampling profile of each, in a process of its own. */
export async function profiles({ seconds, progress }: BenchOptions): Promise<Report> {
  const day = pastDay();
  const cached = [...repeatedWorkloads({ day }).slice(0, 2), ...newWorkloads({ day })];
  const uncached = uncachedWorkloads({ day, teams: TEAMS });
  const shares = new Map<string, Shares>();
  for (const workload of [...cached, ...uncached]) {
    progress(workload.name);
    shares.set(workload.name, await profileWorkload(workload, { day, isCached: cached.includes(workload), seconds }));
  }
  return {
    title: `Profiles: the main thread's time under load, ${CONNECTIONS} connections, ${seconds} s of each`,
    tables: [{ title: 'Percent of the time by part', rows: toRows(shares) }],
    verdicts: [],
    notes: [
      'The gateway runs from its sources, so that the profile has their names. A sample is taken every millisecond.',
      '"Node and the system" has the HTTP server, sockets, promises and system calls.',
    ],
  };
}

interface ProfileOptions {
  readonly day: string;
  readonly isCached: boolean;
  readonly seconds: number;
}

async function profileWorkload(workload: Workload, { day, isCached, seconds }: ProfileOptions): Promise<Shares> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-profile-'));
  const moveBack = moveToLoadCore();
  const agents = isCached ? TEAM_SIZE : TEAMS * TEAM_SIZE;
  const stub = await startStub({ day, agents });
  try {
    const gateway = await startGateway({
      folder,
      vendorUrl: stub.url,
      agents,
      isCached,
      command: profiledCommand(folder),
      ...(!isCached && { concurrency: CONCURRENCY }),
    });
    await assertAnswers(gateway, workload);
    const load = (duration: number) =>
      runLoad({
        ...gateway,
        workload,
        seconds: duration,
        connections: CONNECTIONS,
        scriptFile: join(folder, 'wrk.lua'),
        core: LOAD_CORE,
      });
    await load(WARM_UP_SECONDS);
    const fromUs = monotonicUs();
    await load(seconds);
    const toUs = monotonicUs();
    await gateway.end();
    return sharesByPart(readProfile(folder), fromUs, toUs);
  } finally {
    await stub.stop();
    rmSync(folder, { recursive: true });
    moveBack();
  }
}

function profiledCommand(folder: string): readonly string[] {
  const command = startCommand().slice(0, -1);
  return [...command, '--cpu-prof', `--cpu-prof-dir=${folder}`, `${ROOT}src/main.ts`];
}

/** That of the main thread: other threads of the process write theirs, too. */
function readProfile(folder: string): CpuProfile {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const [largest] = files.map((name) => join(folder, name)).sort((a, b) => statSync(b).size - statSync(a).size);
  if (largest === undefined) throw new Error('the gateway has written no profile');
  return JSON.parse(readFileSync(largest, 'utf8')) as CpuProfile;
}

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function toRows(shares: ReadonlyMap<string, Shares>): readonly Row[] {
  const total = (part: string) => shares.values().reduce((sum, each) => sum + (each.get(part) ?? 0), 0);
  const largest = (part: string) => Math.max(...shares.values().map((each) => each.get(part) ?? 0));
  const parts = new Set(shares.values().flatMap((each) => each.keys()));
  return [...parts]
    .filter((part) => largest(part) >= MIN_SHARE)
    .sort((a, b) => total(b) - total(a))
    .map((part) => ({
      part,
      ...Object.fromEntries([...shares].map(([name, each]) => [name, roundTo2Decimals(each.get(part) ?? 0)])),
    }));
}
