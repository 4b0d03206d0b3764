import type { MetricFactory } from './registry.ts';

/** Exports which version runs, on which Node. */
export function registerBuildInfo({ gauge }: MetricFactory, version: string): void {
  gauge('build_info', 'The versions of the gateway and of Node.', ['version', 'node']).set(
    { version, node: process.versions.node },
    1,
  );
}
