import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { Service } from 'kubernetes-types/core/v1.d.ts';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import ts from 'typescript';
import { parse } from 'yaml';
import { formatConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { vendors } from '../../src/vendors/index.ts';
import {
  FLEET_CONFIG,
  fleetSecrets,
  maxShutdownSeconds,
  minGatewayMebibytes,
  readDeployFile,
} from '../support/fleet-files.ts';

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
}

const kustomization = read('kustomization.yaml') as Kustomization;
const manifests = new Map(kustomization.resources.map((file) => [file, read(file) as Manifest]));

/** Of the Prometheus operator. */
interface ServiceMonitor {
  readonly spec: { readonly selector: unknown; readonly endpoints: readonly unknown[] };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

function read(file: string): unknown {
  return parse(readDeployFile(`kubernetes/${file}`));
}
const { spec: deployment, metadata } = read('deployment.yaml') as Deployment;
const service = read('service.yaml') as Service;
const autoscaler = read('horizontal-pod-autoscaler.yaml') as HorizontalPodAutoscaler;
const disruptionBudget = read('pod-disruption-budget.yaml') as PodDisruptionBudget;
const networkPolicy = read('network-policy.yaml') as NetworkPolicy;
const pod = deployment?.template.spec;
const [container] = pod?.containers ?? [];
const labels = deployment?.template.metadata?.labels;

/**
 * The problems of each manifest by the types of the Kubernetes API, which are generated from its OpenAPI schema: unknown and missing
 * fields, and values of another type. A manifest is checked as a literal of its type.
 */
function findTypeProblems(checked: readonly Manifest[]): readonly string[] {
  const sources = new Map(
    checked.map((manifest, index) => {
      const { apiVersion, kind } = manifest;
      const module = apiVersion.includes('/') ? apiVersion.replace('.k8s.io', '') : `core/${apiVersion}`;
      const type = `import('kubernetes-types/${module}').${kind}`;
      return [
        join(import.meta.dirname, `manifest-${index}.ts`),
        `export const x: ${type} = ${JSON.stringify(manifest)};`,
      ];
    }),
  );
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const source = sources.get(path);
    return source === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, source, ts.ScriptTarget.ESNext);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources.keys()].map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('\n'),
  );
}

const CANARIES = [
  ['"readOnlyRootFilesystem"', '"readOnlyRootFileSystem"', '\'"readOnlyRootFileSystem"\' does not exist'],
  ['"containerPort":4000', '"containerPort":"4000"', "'string' is not assignable to type 'number'"],
  ['"name":"switchboard","image"', '"image"', "'name' is missing"],
  ['"apps/v1"', '"apps/v2"', 'apps/v2'],
] as const;

test('the manifests are valid by the types of the Kubernetes API, and would not be with an error', () => {
  const text = JSON.stringify(manifests.get('deployment.yaml'));
  const broken = CANARIES.map(([from, to]) => {
    expect(text).toContain(from);
    return JSON.parse(text.replace(from, to)) as Manifest;
  });
  const problems = findTypeProblems([...manifests.values(), ...broken]);
  expect(problems.slice(0, manifests.size)).toEqual(Array.from(manifests, () => ''));
  expect(problems.slice(manifests.size)).toEqual(CANARIES.map(([, , problem]) => expect.stringContaining(problem)));
});

describe('the pods', () => {
  test('have more time to end than a shutdown takes', () => {
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(maxShutdownSeconds());
  });

  test('are what the restricted Pod Security Standard asks for, with a read-only root file system', () => {
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod?.automountServiceAccountToken).toBe(false);
  });

  test('have the memory for the heap of the image and for what is beside it, and no limit of the processor', () => {
    const { requests, limits } = container?.resources ?? {};
    expect(limits).toEqual({ memory: requests?.memory });
    const [, mebibytes] = /^(\d+)Mi$/.exec(String(limits?.memory)) ?? [];
    expect(Number(mebibytes)).toBeGreaterThanOrEqual(minGatewayMebibytes());
  });

  test('are probed at paths of the gateway, and ready only where /readyz says so', () => {
    expect(container?.startupProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(container?.ports).toEqual([{ name: 'http', containerPort: 4000 }]);
  });

  test('are spread over machines and zones', () => {
    expect(pod?.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    for (const { labelSelector } of pod?.topologySpreadConstraints ?? [])
      expect(labelSelector?.matchLabels).toEqual(labels);
  });

  test('mount each volume once, and read the generated configuration', () => {
    const mounted = container?.volumeMounts?.map(({ name }) => name);
    expect(pod?.volumes?.map(({ name }) => name)).toEqual(mounted);
    const [generator] = kustomization.configMapGenerator;
    expect(generator?.files).toEqual(['switchboard.yaml']);
    expect(pod?.volumes?.[0]?.configMap?.name).toBe(generator?.name);
    expect(container?.env).toEqual([
      { name: 'SWITCHBOARD_CONFIG', value: `${container?.volumeMounts?.[0]?.mountPath}/switchboard.yaml` },
    ]);
    expect(container?.volumeMounts?.[1]?.mountPath).toBe('/run/secrets');
    expect(pod?.volumes?.[1]?.secret?.defaultMode).toBe(0o440);
  });
});

describe('the other resources', () => {
  test('select the pods of the deployment', () => {
    expect(deployment?.selector.matchLabels).toEqual(labels);
    expect(service.spec?.selector).toEqual(labels);
    expect(disruptionBudget.spec?.selector?.matchLabels).toEqual(labels);
    expect(networkPolicy.spec?.podSelector.matchLabels).toEqual(labels);
  });

  test('name the port of the container', () => {
    expect(service.spec?.ports).toMatchObject([{ name: 'http', targetPort: 'http' }]);
    expect(networkPolicy.spec?.ingress).toMatchObject([{ ports: [{ port: 'http' }] }]);
  });

  test('scale the deployment from three pods, which leaves two in a disruption', () => {
    const { spec } = autoscaler;
    expect(spec?.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: metadata?.name });
    expect(spec?.minReplicas).toBe(3);
    expect(deployment?.replicas).toBeUndefined();
    expect(disruptionBudget.spec?.maxUnavailable).toBe(1);
  });

  test('let Prometheus find the service by its labels and port', () => {
    const { spec } = read('service-monitor.example.yaml') as ServiceMonitor;
    expect(spec.selector).toEqual({ matchLabels: service.metadata?.labels });
    expect(spec.endpoints).toMatchObject([{ port: service.spec?.ports?.[0]?.name, path: '/metrics' }]);
  });
});

test('the configuration of the fleet is valid, and has every secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  for (const name of fleetSecrets())
    writeFileSync(
      join(folder, name),
      name.endsWith('sha256') ? createHash('sha256').update(name).digest('hex') : 'secret',
    );
  const text = FLEET_CONFIG.replaceAll('/run/secrets/', `${folder}/`);
  const loaded = loadConfig({ text, file: 'switchboard.yaml', env: { HOST: '0.0.0.0' }, vendors });
  rmSync(folder, { recursive: true });
  expect(loaded.ok ? loaded.warnings : loaded.errors.map(formatConfigError)).toEqual([]);
  // A key that is restricted to accounts sees no series of the others, and no alert about them fires.
  const metricsKeys = loaded.ok ? loaded.config.auth?.apiKeys?.filter(({ scopes }) => scopes.includes('metrics')) : [];
  expect(metricsKeys?.map(({ name, accounts }) => ({ name, accounts }))).toEqual([{ name: 'prometheus' }]);
  expect(text.match(/^ *\w*(?:secret|token|password|sha256)\w*: (?!'\$\{file:).*$/gim)).toBeNull();
});
