import { expect, test } from '@jest/globals';
import { cellNamespace } from './cells.ts';
import { directoryNamespace } from './discovery.ts';
import { extentOf } from './extent.ts';

test('a cell is of one agent and one UTC day', () => {
  const key = { agent: 'jane@example.com', ref: 'Jane@example.com', day: '2026-11-19' };
  expect(extentOf(cellNamespace.endpoint, cellNamespace.keyParts(key))).toEqual({
    agent: 'jane@example.com',
    during: { from: Date.parse('2026-11-19T00:00:00Z'), to: Date.parse('2026-11-20T00:00:00Z') },
  });
});

test('the list of agents is of no certain agent or time', () => {
  expect(extentOf(directoryNamespace.endpoint, directoryNamespace.keyParts(null))).toBeNull();
});
