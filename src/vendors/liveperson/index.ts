import { createEventLoopYielder } from '../../domain/event-loop-yielder.ts';
import { createCallEstimates } from '../call-estimate.ts';
import { contentMemoryLimits, createContentMemory } from '../content-memory.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { cachedAgents, createDataSource } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { createExtentOf } from './extent.ts';
import { createKeptContent } from './kept-content.ts';
import { probe } from './probe.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';

export const liveperson = defineVendor({
  name: 'LIVEPERSON',
  key: 'liveperson',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const { account, cache, ttl, onDropped, clock } = dependencies;
    const { contentMemory = createContentMemory(contentMemoryLimits(Infinity), clock) } = dependencies;
    const yielder = createEventLoopYielder(clock);
    const client = createClient(accountConfig, { ...dependencies, yielder });
    const keptContent = createKeptContent(account.name, contentMemory.derived, yielder);
    const deps = { account, config: accountConfig, client, cache, ttl, onDropped, yielder, keptContent, contentMemory };
    return {
      account,
      extentOf: createExtentOf(accountConfig),
      forgetDerived: keptContent.clear,
      createDataSource: (request) => createDataSource(deps, request),
      ...(accountConfig.discover && { cachedAgents: () => cachedAgents(deps) }),
      probe: (_ref, context) => probe(client, dependencies.clock.now(), context),
      ...createCallEstimates(cache, estimateCalls(accountConfig)),
    };
  },
  createFakeVendor,
});
