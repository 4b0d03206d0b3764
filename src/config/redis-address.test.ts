import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';
import { parseRedisUrls } from './redis-address.ts';

const PLAIN = { isTls: false, database: 0 };

test.each<[string | readonly string[], object]>([
  ['redis://127.0.0.1:6379', { ...PLAIN, nodes: [{ host: '127.0.0.1', port: 6379 }] }],
  ['rediss://cache.example.com', { ...PLAIN, isTls: true, nodes: [{ host: 'cache.example.com', port: 6379 }] }],
  ['valkey://c/3', { ...PLAIN, nodes: [{ host: 'c', port: 6379 }], database: 3 }],
  ['valkeys://c', { ...PLAIN, isTls: true, nodes: [{ host: 'c', port: 6379 }] }],
  ['redis://[::1]:7000', { ...PLAIN, nodes: [{ host: '::1', port: 7000 }] }],
  ['redis://u@c', { ...PLAIN, username: 'u', nodes: [{ host: 'c', port: 6379 }] }],
  [
    ['redis://a:1,b:2', 'redis://c:3'],
    {
      ...PLAIN,
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 3 },
      ],
    },
  ],
  [
    'redis+sentinel://s1,s2:5000/mymaster',
    {
      ...PLAIN,
      nodes: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 5000 },
      ],
      masterName: 'mymaster',
    },
  ],
  [
    'rediss+sentinel://s/my%20master/2',
    { isTls: true, database: 2, nodes: [{ host: 's', port: 26_379 }], masterName: 'my master' },
  ],
])('parses %s', (urls, address) => {
  expect(parseRedisUrls([urls].flat())).toEqual({ address });
});

test('decodes the credentials and keeps the password secret', () => {
  const result = parseRedisUrls(['redis://gate%3Away:p%40ss:word@c']);
  if (!('address' in result)) throw new Error('not parsed');
  expect(result.address).toMatchObject({ username: 'gate:way', nodes: [{ host: 'c', port: 6379 }] });
  expect(result.address.password?.reveal()).toBe('p@ss:word');
  expect(JSON.stringify(result)).not.toContain('ss:word');
});

test.each<[string | readonly string[], string | readonly string[]]>([
  ['https://c', 'must be a redis://, rediss:// or redis+sentinel:// URL'],
  ['redis:/c', 'must be a redis://, rediss:// or redis+sentinel:// URL'],
  ['redis://c?db=1', 'must be a redis://, rediss:// or redis+sentinel:// URL'],
  ['redis://c:0', 'must name hosts as host or host:port'],
  ['redis://a,,b', 'must name hosts as host or host:port'],
  ['redis://a:1:2', 'must name hosts as host or host:port'],
  ['redis://c/mymaster', 'must end in the number of a database, or in no path'],
  ['redis+sentinel://c', 'must end in the name of the master, such as /mymaster'],
  ['redis://:%ZZ@c', 'must be percent-encoded correctly'],
  [['redis://a', 'rediss://b'], 'must differ from the first URL in its hosts only'],
  [['redis://:x@a', 'redis://:y@b'], 'must differ from the first URL in its hosts only'],
  ['redis://a,b/1', 'must not select a database: a Redis Cluster has only database 0'],
])('reports what is wrong with %s', (urls, message) => {
  expect(parseRedisUrls([urls].flat())).toEqual({ problems: [expect.objectContaining({ message })] });
});

test('reports problems at their places, without the password', () => {
  const lines = errorLines('cache: { url: ["redis://:s3cret@a", "redis://:s3cret@b/x", "http://:s3cret@c"] }');
  expect(lines).toEqual([
    expect.stringContaining('cache.url[1]: must end in the number'),
    expect.stringContaining('cache.url[2]: must be a redis://'),
  ]);
  expect(lines.join()).not.toContain('s3cret');
});

test('takes URLs from the environment', () => {
  const { cache } = loadOrThrow('cache: { url: "redis://:${P}@c" }', { P: 'secret' });
  expect(cache.url?.password?.reveal()).toBe('secret');
});
