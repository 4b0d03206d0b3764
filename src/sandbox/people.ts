import type { CompanyBot, CompanyPerson, CompanyTeam } from '../vendors/sandbox.ts';
import { siteOf, SITES } from './sites.ts';

/** Invented people. Each pair (indexes 2n and 2n + 1) shares its site and its working hours, and a pair of a phone team joins each other's calls. */
const PEOPLE_NAMES = `
Jane Doe · Tomás Arriaga · Adaeze Okonjo · Henrik Solberg · Priya Raghunathan · Luca Ferrando
Mei-Ling Zhao · Oluwaseun Adeyinka · Sofía Villalobos · Jakub Wroński · Aisha Rahmani · Ewan Galbraith
Noor Haddadin · Mateus Carvalhal · Yuki Tanemura · Freya Lindqvist · Kwabena Asantewa · Irina Volkonova
Rohan Deshmane · Camille Beaufort · Themba Nkosana · Elif Karadağ · Bruno Tavarella · Saoirse Kinsella
Min-jun Baek · Zeynep Altınok · Dário Quintela · Astrid Bergsund · Chidi Ezenwa · Marta Kowalewska
Hamza Benyamina · Ingrid Thorvald · Arjun Pillaiyar · Chloé Durandeau · Sipho Mabuyane · Katya Orlovskaya
Diego Santamarta · Hanna Virtala · Farid Ansariyan · Gwen Llewelyn · Takumi Morizane · Lerato Phirima
Stefan Brandhuber · Leïla Mansouria · Pedro Almendra · Nadia Petrescova · Colm Hanrattigan · Anjali Venkatesan
Emeka Obiorah · Signe Dahlgaard · Rafael Montenero · Miriam Goldhagen · Duc Nguyenhoang · Olena Shevchuko
Baraka Mwangaza · Beatriz Lourenco · Anders Falkenhaug · Samira Qaderi · Vikram Chandrasekar · Eilidh MacRaine
Jonas Weidenfeld · Thandiwe Khumala · Carlos Ibarguen · Lucie Novotnová · Omar Khalidi · Sanna Koskelainen
Tariq Bashirov · Wanjiru Kamanda · Paolo Rinaldesi · Helga Steinmark · Ravi Subramani · Maeve Corrigan`
  .trim()
  .split(/[\u00b7\n]/)
  .map((name) => name.trim());

/** The vendors of each person, repeated: k = Kore, l = LivePerson, v = Vonage. Vonage accounts come in pairs, see `PEOPLE_NAMES`. */
const VENDORS_BY_INDEX = ['klv', 'kv', 'kl', 'k', 'kv', 'klv', 'k', 'l', 'kv', 'v', 'kl', 'k'];

const EMAIL_DOMAIN = 'harbourline.example';

// By the person's index. Vonage lets a company choose its display ids, including leading zeros, which a number would lose.
const VONAGE_IDS = new Map([
  [0, '01'],
  [1, '007'],
  [4, '02'],
  [5, '0462'],
  [8, '5464'],
  [9, '010'],
]);
// Some are above 2^31 and 2^32, as LivePerson's ids are.
const LIVEPERSON_IDS = new Map([
  [0, '9'],
  [2, '2438730312'],
  [5, '4380124710'],
]);

function toLatinLetters(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .replaceAll(/[^A-Za-z]/g, '');
}

function createPerson(name: string, index: number): CompanyPerson {
  const [firstName = name, lastName = name] = name.split(' ');
  const email = `${toLatinLetters(firstName)}.${toLatinLetters(lastName)}@${EMAIL_DOMAIN}`.toLowerCase();
  const plan = VENDORS_BY_INDEX[index % VENDORS_BY_INDEX.length] ?? 'k';
  // Some addresses contain capitals, as typed when the person was invited; the address is the same.
  const koreEmail =
    index % 18 === 4 ? `${toLatinLetters(firstName)}.${toLatinLetters(lastName)}@${EMAIL_DOMAIN}` : email;
  return {
    firstName,
    lastName,
    email,
    employeeId: String(65_500 + index * 41).padStart(6, '0'),
    site: siteOf(index).id,
    team: teamId(siteOf(index).id, plan.includes('v') ? 'phone' : 'chat'),
    refsByVendor: {
      ...(plan.includes('k') && { kore: koreEmail }),
      ...(plan.includes('l') && { liveperson: LIVEPERSON_IDS.get(index) ?? String(41_000 + index * 7) }),
      ...(plan.includes('v') && { vonage: VONAGE_IDS.get(index) ?? String(1_000 + index * 13) }),
    },
  };
}

const SKILLS = [
  { id: 'phone', name: 'phone' },
  { id: 'chat', name: 'chat and e-mail' },
] as const;

function teamId(siteId: string, skillId: (typeof SKILLS)[number]['id']): string {
  return `${siteId}-${skillId}`;
}

const BOT_TEAM: CompanyTeam = { id: 'bots', name: 'Bots' };

/** One team for each site and skill, and one for the bots. */
export const teams: readonly CompanyTeam[] = [
  ...SITES.flatMap((site) =>
    SKILLS.map((skill) => ({ id: teamId(site.id, skill.id), name: `${site.city} ${skill.name}` })),
  ),
  BOT_TEAM,
];

export const people: readonly CompanyPerson[] = PEOPLE_NAMES.map(createPerson);

export const bots: readonly CompanyBot[] = [
  { name: 'Billing bot', team: BOT_TEAM.id, refsByVendor: { avaamo: '2041' } },
  { name: 'Delivery bot', team: BOT_TEAM.id, refsByVendor: { avaamo: '2042' } },
  { name: 'Returns bot', team: BOT_TEAM.id, refsByVendor: { avaamo: '2057' } },
  { name: 'Store finder', team: BOT_TEAM.id, refsByVendor: { avaamo: '20118' } },
];
