/** @needs kubectl */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import { DEPLOY_FOLDER } from '../support/deploy-files.ts';
import { FLEET_CONFIG } from '../support/fleet-files.ts';
import { renderKustomization } from '../support/kubectl.ts';

test('kustomize renders the base, and mounts the configuration by the hash of its content', async () => {
  const rendered = await renderKustomization(join(DEPLOY_FOLDER, 'kubernetes'));
  const find = (kind: string) => rendered.find((manifest) => manifest.kind === kind);
  expect(rendered.map(({ kind }) => kind).sort()).toEqual([
    'ConfigMap',
    'Deployment',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
  ]);
  const configMap = find('ConfigMap') as ConfigMap;
  expect(configMap.data).toEqual({ 'switchboard.yaml': FLEET_CONFIG });
  expect(configMap.metadata?.name).toMatch(/^switchboard-config-\w+$/);
  const pod = (find('Deployment') as Deployment).spec?.template.spec;
  expect(pod?.volumes?.[0]?.configMap?.name).toBe(configMap.metadata?.name);
});

test('an overlay as in the documentation replaces the image, the namespace and the configuration', async () => {
  const page = await readFile(join(DEPLOY_FOLDER, '../docs/deployment.md'), 'utf8');
  const [, overlay = ''] = /```yaml\n(# kustomization\.yaml\n[^]*?)```/.exec(page) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'overlay-'));
  const base = relative(folder, join(DEPLOY_FOLDER, 'kubernetes'));
  await writeFile(join(folder, 'kustomization.yaml'), overlay.replace(/github\.com\S+/, base));
  await writeFile(join(folder, 'switchboard.yaml'), 'accounts: []\n');
  const rendered = await renderKustomization(folder);
  await rm(folder, { recursive: true });
  const deployment = rendered.find(({ kind }) => kind === 'Deployment') as Deployment;
  const configMap = rendered.find(({ kind }) => kind === 'ConfigMap') as ConfigMap;
  expect(deployment.metadata?.namespace).toBe('switchboard');
  expect(deployment.spec?.template.spec?.containers[0]?.image).toBe('registry.example.com/switchboard:1.0.0');
  expect(configMap.data).toEqual({ 'switchboard.yaml': 'accounts: []\n' });
  expect(deployment.spec?.template.spec?.volumes?.[0]?.configMap?.name).toBe(configMap.metadata?.name);
});
