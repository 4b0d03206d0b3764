import { sortByStart } from '../../domain/status-period.ts';
import { createCallEstimates } from '../call-estimate.ts';
import { createKeptMapping } from '../kept-mapping.ts';
import { defineVendor } from '../vendor.ts';
import type { Cell } from './cells.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { cachedAgents, createDataSource } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { extentOf } from './extent.ts';
import { type StoredPeriod, toStatusPeriod } from './map.ts';
import { probe } from './probe.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';

/** Kore.ai Contact Center AI (SmartAssist): status periods of agents, and agent discovery. */
export const kore = defineVendor({
  name: 'KORE',
  key: 'kore',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const { account, cache, ttl, onDropped } = dependencies;
    const client = createClient(accountConfig, dependencies);
    const toPeriod = createKeptMapping((period: StoredPeriod, observedAt, ref) =>
      toStatusPeriod({ period, observedAt }, account.name, ref),
    );
    // For itself, since most ranges lie within a day: one kept list for a cell, and not one object for each of its periods.
    const toPeriods = createKeptMapping(({ periods }: Cell, observedAt, ref) =>
      sortByStart(periods.map((period) => toStatusPeriod({ period, observedAt }, account.name, ref))),
    );
    const deps = { account, config: accountConfig, client, cache, ttl, onDropped, toPeriod, toPeriods };
    return {
      account,
      extentOf,
      createDataSource: (request) => createDataSource(deps, request),
      ...(accountConfig.discover && { cachedAgents: () => cachedAgents(deps) }),
      probe: (ref, context) => probe(client, ref, dependencies.clock.now(), context),
      ...createCallEstimates(cache, estimateCalls(accountConfig)),
    };
  },
  createFakeVendor,
});
