import { createCallEstimates } from '../call-estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { estimateCalls } from './estimate.ts';
import { createLoaders } from './loaders.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';
import { createDataSource } from './data-source.ts';

/** Avaamo: how bots were used. */
export const avaamo = defineVendor({
  name: 'AVAAMO',
  key: 'avaamo',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const client = createClient(accountConfig, dependencies);
    return {
      account: dependencies.account,
      createDataSource: (request) =>
        createDataSource(dependencies.account, createLoaders(client, dependencies, request)),
      ...createCallEstimates(dependencies.cache, estimateCalls()),
    };
  },
  createFakeVendor: createFakeVendor,
});
