import { expect, test } from '@jest/globals';
import { parsePurgeRequest } from './purge-request.ts';

const ACCOUNTS = ['kore-main', 'lp'];
function day(text: string) {
  return Date.parse(`${text}T00:00:00Z`);
}

test.each([
  [{ account: 'lp' }, { accounts: ['lp'], agent: null, from: null, to: null }],
  [
    { all: true, agent: 'jane' },
    { accounts: ACCOUNTS, agent: 'jane', from: null, to: null },
  ],
  [
    { account: 'lp', from: '2026-11-19', to: '2026-11-19' },
    { accounts: ['lp'], agent: null, from: day('2026-11-19'), to: day('2026-11-20') },
  ],
  [
    { account: 'lp', from: '2026-11-19T01:00:00+01:00', to: '2026-11-19T12:00:00.5Z' },
    { accounts: ['lp'], agent: null, from: day('2026-11-19'), to: day('2026-11-19') + 43_200_500 },
  ],
])('reads %j', (body, expected) => {
  expect(parsePurgeRequest(body, ACCOUNTS)).toEqual(expected);
});

const TIME = 'must be an instant like 2026-11-20T09:30:00Z, with an offset or Z, or a day like 2026-11-20';

test.each([
  [[], [{ key: '', message: 'must be a mapping' }]],
  [{}, [{ key: 'account', message: 'is missing; name an account, or send "all": true for all of them' }]],
  [{ account: 'lp', all: true }, [{ key: 'all', message: 'must not be sent together with account' }]],
  [
    { account: 'kore-min', from: '2026-11-20', to: '2026-11-19' },
    [
      { key: 'account', message: 'is not an account that you may use: kore-min; did you mean kore-main?' },
      { key: 'to', message: 'must be after from' },
    ],
  ],
  [
    { all: false, from: '2026-02-30', to: '2026-11-19T09:00:00', agents: 'jane' },
    [
      { key: 'all', message: 'must be true: false' },
      { key: 'from', message: `${TIME}: 2026-02-30` },
      { key: 'to', message: `${TIME}: 2026-11-19T09:00:00` },
      { key: 'agents', message: 'is not a known key; did you mean agent?' },
    ],
  ],
])('reports every problem of %j', (body, expected) => {
  expect(parsePurgeRequest(body, ACCOUNTS)).toEqual(expected);
});
