import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import type { Conformance } from '../../src/vendors/conformance.ts';
import { vendors } from '../../src/vendors/index.ts';

/** The registry and the layout that all vendors share: the same files, with the same export names. */

/**
 * The files that every vendor's folder has, and the value that each exports under a fixed name. No other file of the folder
 * exports one of these names.
 */
const VENDOR_EXPORTS = {
  'config.ts': 'config',
  'references.ts': 'references',
  'client.ts': 'createClient',
  'loaders.ts': 'createLoaders',
  'data-source.ts': 'createDataSource',
  'estimate.ts': 'estimateCalls',
  'sandbox.ts': 'createFakeVendor',
  'conformance.ts': 'conformance',
} as const;
const OTHER_FILES = ['README.md', 'index.ts', 'wire.ts', 'map.ts'];

const folder = new URL('../../src/vendors/', import.meta.url);
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const suites = await Promise.all(
  vendors.map(async (vendor) => {
    const exportsByFile = await importFolder(vendor.key);
    const conformance = exportsByFile.get('conformance.ts')?.conformance as Conformance;
    return { vendor, conformance, exportsByFile };
  }),
);

/** The exports of every source file at the top of a vendor's folder. */
async function importFolder(key: string): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const files = readdirSync(new URL(`${key}/`, folder)).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const modules = files.map(async (file) => {
    const module = (await import(`../../src/vendors/${key}/${file}`)) as Record<string, unknown>;
    return [file, module] as const;
  });
  return new Map(await Promise.all(modules));
}

test('registers exactly the vendors that have a folder', () => {
  expect(folders.length).toBeGreaterThan(0);
  expect(vendors.map((vendor) => vendor.key).sort()).toEqual(folders.sort());
});

test('registers exactly the vendors of the schema’s VendorName', () => {
  const text = readFileSync(new URL('../../schema/account.graphql', import.meta.url), 'utf8');
  const names = parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'VendorName'
      ? (definition.values ?? []).map((value) => value.name.value)
      : [],
  );
  expect(vendors.map((vendor) => vendor.name).sort()).toEqual(names.sort());
});

test('gives every vendor a unique name and key', () => {
  expect(new Set(vendors.map((vendor) => vendor.name)).size).toBe(vendors.length);
  expect(new Set(vendors.map((vendor) => vendor.key)).size).toBe(vendors.length);
});

describe.each(suites)('$vendor.key', ({ vendor, conformance, exportsByFile }) => {
  describe('identity', () => {
    test('has a name that is the key in capitals', () => {
      expect(vendor.name).toBe(vendor.key.toUpperCase());
    });

    test.each(OTHER_FILES)('has the vendor file %s', (file) => {
      expect(existsSync(new URL(`${vendor.key}/${file}`, folder))).toBe(true);
    });

    test.each(Object.entries(VENDOR_EXPORTS))('%s exports %s, and no other file does', (file, name) => {
      const exporters = [...exportsByFile].filter(([, module]) => name in module).map(([exporter]) => exporter);
      expect(exporters).toEqual([file]);
    });

    test('index.ts exports nothing but the adapter, under the key', () => {
      expect({ ...exportsByFile.get('index.ts') }).toEqual({ [vendor.key]: vendor });
    });

    test('data-source.ts exports cachedAgents if the vendor discovers agents', () => {
      const discovers = conformance.cases.some(({ capability }) => capability === 'discover');
      const exporters = [...exportsByFile].filter(([, module]) => 'cachedAgents' in module);
      expect(exporters.map(([file]) => file)).toEqual(discovers ? ['data-source.ts'] : []);
    });
  });
});
