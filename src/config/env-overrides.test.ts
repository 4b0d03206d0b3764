import { describe, expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

describe('PORT and HOST', () => {
  test('PORT and HOST override the file', () => {
    const { server } = loadOrThrow('server: { host: 127.0.0.2, port: 1 }', { PORT: '0', HOST: '127.0.0.3' });
    expect(server).toMatchObject({ host: '127.0.0.3', port: 0 });
  });

  test('ignores PORT and HOST when empty', () => {
    const { server } = loadOrThrow('server: { host: 127.0.0.2, port: 1 }', { PORT: '', HOST: '' });
    expect(server).toMatchObject({ host: '127.0.0.2', port: 1 });
  });

  test.each(['x', '-1', '65536', '1.5', ' 80', '1e3', '0x10'])('rejects PORT=%s', (PORT) => {
    expect(errorLines('', { PORT })).toEqual([`environment: PORT: must be a whole number from 0 to 65535: ${PORT}`]);
  });
});
