import { createCallEstimates } from '../call-estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { estimateCalls } from './estimate.ts';
import { createLoaders } from './loaders.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';
import { createDataSource } from './data-source.ts';

/** Vonage Contact Center: the latest conversations that people took part in. */
export const vonage = defineVendor({
  name: 'VONAGE',
  key: 'vonage',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const client = createClient(accountConfig, dependencies);
    return {
      account: dependencies.account,
      createDataSource: (request) =>
        createDataSource(dependencies.account, accountConfig.apiVersion, createLoaders(client, dependencies, request)),
      ...createCallEstimates(dependencies.cache, estimateCalls(accountConfig.apiVersion, client)),
    };
  },
  createFakeVendor: createFakeVendor,
});
