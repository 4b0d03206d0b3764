import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { CompanyBot, CompanyPerson } from '../vendors/sandbox.ts';
import { createCompany } from './company.ts';
import { createSandboxConfig, formatSandboxConfig, type RunningFakeVendor } from './sandbox-config.ts';

const company = createCompany({ now: () => Date.UTC(2024, 0, 15, 12) });

function runningFake(
  key: string,
  findReference?: (member: CompanyPerson | CompanyBot) => string | null,
): RunningFakeVendor {
  const createAccountConfig = (baseUrl: string) => ({ name: `${key}-1`, vendor: key, baseUrl, secret: '01' });
  const fake = { handle: () => ({ status: 200 }), createAccountConfig, ...(findReference && { findReference }) };
  return { key, fake, baseUrl: 'http://127.0.0.1:1' };
}

const fakes = ['avaamo', 'kore', 'liveperson', 'vonage'].map((key) => runningFake(key));

describe('the configuration of the sandbox', () => {
  const config = createSandboxConfig(company, fakes);

  test('lists about fifty people, including all with a Vonage account, and all bots', () => {
    const { agents } = config;
    const people = agents.filter((agent) => agent.kind === 'human');
    expect(people.length).toBeGreaterThanOrEqual(45);
    expect(people.length).toBeLessThanOrEqual(55);
    expect(agents.filter((agent) => agent.kind === 'virtual')).toHaveLength(company.bots.length);
    const vonage = agents.flatMap((agent) => agent.accounts['vonage-1'] ?? []);
    expect(vonage).toHaveLength(company.people.filter(({ refsByVendor }) => refsByVendor.vonage !== undefined).length);
    expect(new Set(agents.map((agent) => agent.id)).size).toBe(agents.length);
    expect(agents[0]).toMatchObject({ id: 'jane-doe', kind: 'human', name: 'Jane Doe' });
  });

  test('puts every agent into a team, and someone into every team', () => {
    const teamIds = config.teams.map(({ id }) => id);
    expect(new Set(config.agents.map(({ team }) => team))).toEqual(new Set(teamIds));
  });

  test('leaves some people and some accounts of listed people to discovery', () => {
    const listed = new Map(config.agents.map((agent) => [agent.email, agent]));
    const working = company.people.filter(({ refsByVendor }) => refsByVendor.liveperson !== undefined);
    expect(working.filter((person) => !listed.has(person.email)).length).toBeGreaterThan(3);
    const partlyListed = working.filter(
      (person) => listed.has(person.email) && !listed.get(person.email)?.accounts['liveperson-1'],
    );
    expect(partlyListed.length).toBeGreaterThan(3);
  });

  test('lists LivePerson agents by number or by login name', () => {
    const references = config.agents.flatMap((agent) => agent.accounts['liveperson-1'] ?? []);
    expect(references.some((reference) => /^\d+$/.test(reference))).toBe(true);
    expect(references.some((reference) => reference.includes('@'))).toBe(true);
  });

  test('formats a configuration that parses back to the same value, including leading zeros', () => {
    expect(parse(formatSandboxConfig(config))).toEqual(config);
  });
});

test('lists all people and bots for whom a fake provides a reference of its own', () => {
  const acme = runningFake('acme', (member) => {
    const name = 'email' in member ? member.lastName : member.name;
    return name.startsWith('B') ? `no. ${name}` : null;
  });
  const config = createSandboxConfig(company, [...fakes, acme]);
  const { people, bots } = company;
  const names = [...people.map(({ lastName }) => lastName), ...bots.map(({ name }) => name)];
  const agents = config.agents.filter(({ accounts }) => 'acme-1' in accounts);
  expect(agents.length).toBeGreaterThan(3);
  expect(agents.map(({ accounts }) => accounts['acme-1'])).toEqual(
    names.filter((name) => name.startsWith('B')).map((name) => `no. ${name}`),
  );
  expect(agents.at(-1)).toMatchObject({
    id: 'billing-bot',
    accounts: { 'avaamo-1': '2041', 'acme-1': 'no. Billing bot' },
  });
});

test('lists the members of another account of a vendor there instead', () => {
  const [fake] = [runningFake('kore')];
  const otherAccounts = [
    {
      createAccountConfig: () => ({ name: 'kore-2' }),
      hasMember: (member: CompanyPerson | CompanyBot) => 'site' in member && member.site === 'vancouver',
    },
  ];
  const config = createSandboxConfig(company, [{ ...fake, fake: { ...fake.fake, otherAccounts } }]);
  expect(config.accounts.map(({ name }) => name)).toEqual(['kore-1', 'kore-2']);
  const sites = new Map(company.people.map(({ email, site }) => [email, site]));
  for (const { email = '', accounts } of config.agents) {
    const names = Object.keys(accounts);
    if (names.length > 0) expect(names).toEqual([sites.get(email) === 'vancouver' ? 'kore-2' : 'kore-1']);
  }
});
