/** @needs kubectl */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import { DEPLOY_FOLDER, FLEET_CONFIG } from '../support/deploy-files.ts';
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
