// node bench/directory-files/run.ts [people]: processor time of reading a directory, by the format that it is in.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { vendors } from '../../src/vendors/index.ts';

const TEAMS = 100;
const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACCOUNTS = `accounts:
  - { name: kore-main, vendor: kore, baseUrl: https://kore.example.com, accountId: a, streamId: st-1, clientId: cs-1, clientSecret: made-up }
  - { name: lp, vendor: liveperson, baseUrl: https://lp.example.com, accountId: "7", consumerKey: a, consumerSecret: b, accessToken: c, accessTokenSecret: d }
  - { name: vcc, vendor: vonage, baseUrl: https://vcc.example.com, accountKey: a, clientId: b, clientSecret: c }
`;

interface BenchPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly team: string;
  readonly lp: string;
}

function createPeople(count: number): readonly BenchPerson[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index).padStart(6, '0'),
    name: `Pérson, ${index}`,
    email: `person.${index}@example.com`,
    team: `Team ${index % TEAMS}`,
    lp: String(index + 1),
  }));
}

function toYaml({ id, name, email, team, lp }: BenchPerson): string {
  const teamId = team.toLowerCase().replace(' ', '-');
  return `  - { id: "${id}", kind: human, name: "${name}", email: ${email}, team: ${teamId}, accounts: { kore-main: ${email}, lp: "${lp}", vcc: "${id}" } }\n`;
}

function toCsvRow({ id, name, email, team, lp }: BenchPerson): string {
  return `${id};"${name}";${email};${team};${email};${lp};${id};4711;Köln\r\n`;
}

function toLdif({ id, name, email, team, lp }: BenchPerson): string {
  const commonName = Buffer.from(name).toString('base64');
  return `dn: uid=${id},ou=people,dc=example,dc=com
objectClass: top
objectClass: person
objectClass: inetOrgPerson
uid: ${id}
cn:: ${commonName}
mail: ${email}
departmentNumber: ${team}
lpAgent: ${lp}
description: a text that is so long that the server folds it, as RFC 2849 allows 
 it to

`;
}

function toUser({ id, name, email, team, lp }: BenchPerson) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER],
    id: `2819c223-${id}`,
    userName: email,
    nickName: lp,
    displayName: name,
    active: true,
    emails: [
      { value: `home.${email}`, type: 'home' },
      { value: email, type: 'work', primary: true },
    ],
    [ENTERPRISE_USER]: { employeeNumber: id, department: team },
    meta: { resourceType: 'User', location: `https://scim.example.com/v2/Users/${id}` },
  };
}

/** The configuration for each format, whose files are in a folder. */
function writeFiles(folder: string, people: readonly BenchPerson[]): Readonly<Record<string, string>> {
  const header = 'Employee ID;Full name;E-mail;Department;kore-main;lp;vcc;Cost centre;Site\r\n';
  writeFileSync(join(folder, 'people.csv'), `\uFEFF${header}${people.map(toCsvRow).join('')}`);
  writeFileSync(join(folder, 'people.ldif'), `version: 1\n\n${people.map(toLdif).join('')}`);
  const list = { totalResults: people.length, Resources: people.map(toUser) };
  writeFileSync(join(folder, 'people.json'), JSON.stringify(list, null, 2));
  const teams = Array.from({ length: TEAMS }, (_, index) => `{ id: team-${index}, name: Team ${index} }`).join(', ');
  return {
    yaml: `teams: [${teams}]\nagents:\n${people.map(toYaml).join('')}`,
    csv: 'directory: [{ csv: people.csv }]',
    ldif: 'directory: [{ ldif: people.ldif, attributes: { accounts: { kore-main: mail, lp: lpAgent, vcc: uid } } }]',
    scim: `directory: [{ scim: people.json, attributes: { accounts: { kore-main: userName, lp: nickName, vcc: "${ENTERPRISE_USER}:employeeNumber" } } }]`,
  };
}

const people = createPeople(Number(process.argv[2] ?? 10_000));
const folder = mkdtempSync(join(tmpdir(), 'bench-directory-'));
try {
  for (const [format, text] of Object.entries(writeFiles(folder, people))) {
    const before = process.cpuUsage();
    const loaded = loadConfig({ text: ACCOUNTS + text, file: join(folder, 'bench.yaml'), env: {}, vendors });
    const { user, system } = process.cpuUsage(before);
    if (!loaded.ok || loaded.config.agents.length !== people.length || loaded.config.teams.length !== TEAMS) {
      throw new Error(
        `${format}: ${JSON.stringify(loaded.ok ? loaded.config.agents.length : loaded.errors.slice(0, 3))}`,
      );
    }
    console.log(`${format}: ${people.length} people in ${((user + system) / 1_000).toFixed(0)} ms of processor time`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
