import { expect, test } from '@jest/globals';
import { parseRedisInfo } from './redis-info.ts';

const INFO = [
  '$123',
  '# Memory',
  'used_memory_dataset:4096',
  '# Stats',
  'total_commands_processed:7',
  'total_net_input_bytes:100',
  'total_net_output_bytes:2000',
  '',
].join('\r\n');

test('reads the figures of INFO', () => {
  expect(parseRedisInfo(INFO)).toEqual({ commands: 7, bytesReceived: 100, bytesSent: 2000, datasetBytes: 4096 });
});

test('names a figure that is missing', () => {
  expect(() => parseRedisInfo(INFO.replace('total_net_input_bytes', 'other'))).toThrow('total_net_input_bytes');
});
