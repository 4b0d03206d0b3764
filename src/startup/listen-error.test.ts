import { expect, test } from '@jest/globals';
import { describeListenError } from './listen-error.ts';

function errorWithCode(code: string) {
  return Object.assign(new Error(code), { code });
}
const ADDRESS = { host: '192.0.2.1', port: 80 };

test.each([
  ['EADDRINUSE', 'Port 80 on 192.0.2.1 is already in use.', 'PORT=81 npm start'],
  ['EACCES', 'Port 80 on 192.0.2.1 needs privileges that this process does not have.', 'PORT=4000 npm start'],
  ['EADDRNOTAVAIL', 'Host 192.0.2.1 is not an address of this machine.', 'such as 127.0.0.1'],
  ['ENOTFOUND', 'Host 192.0.2.1 cannot be resolved to an address.', 'such as 127.0.0.1'],
  ['EAI_AGAIN', 'Host 192.0.2.1 cannot be resolved to an address.', 'such as 127.0.0.1'],
])('describes %s in one line with the address and a remedy', (code, problem, remedy) => {
  const description = describeListenError(errorWithCode(code), ADDRESS);

  expect(description).toContain(problem);
  expect(description).toContain(remedy);
  expect(description).not.toContain('\n');
});

test('suggests a port that exists when the highest one is in use', () => {
  expect(describeListenError(errorWithCode('EADDRINUSE'), { ...ADDRESS, port: 65_535 })).toContain('PORT=65534 ');
});

test.each([[errorWithCode('EMFILE')], [new Error('boom')], [null], ['EADDRINUSE']])(
  'returns null for %p, which the address does not explain',
  (error) => {
    expect(describeListenError(error, ADDRESS)).toBeNull();
  },
);
