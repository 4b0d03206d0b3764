import { expect, test } from '@jest/globals';
import { sharesByPart } from './profile.ts';

function node(id: number, functionName: string, url = '') {
  return { id, callFrame: { functionName, url } };
}

const NODES = [
  node(1, '(idle)'),
  node(2, '(garbage collector)'),
  node(3, 'read', 'file:///app/src/cache/account-cache.ts'),
  node(4, 'parse', 'file:///app/node_modules/@apollo/server/dist/esm/ApolloServer.js'),
  node(5, 'parse', 'file:///app/node_modules/lru-cache/dist/index.js'),
  node(6, 'execute', 'wasm://wasm/0003'),
  node(7, 'writeLatin1String'),
];

test('divides the time of a window by folders and packages, without what was idle', () => {
  const samples = [3, 1, 2, 3, 4, 5, 6, 7, 3];
  const timeDeltas = [50, 100, 10, 20, 10, 20, 20, 20, 1000];
  expect([...sharesByPart({ startTime: 1000, nodes: NODES, samples, timeDeltas }, 1050, 1250)]).toEqual([
    ['garbage collection', 10],
    ['src/cache', 20],
    ['Apollo Server', 10],
    ['other packages', 20],
    ['undici', 20],
    ['Node and the system', 20],
  ]);
});
