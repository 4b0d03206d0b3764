import { describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLResolveInfo,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
} from 'graphql';
import { directoryEntry, knownAccount } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  during,
  findListedAgent,
  freshResult,
  vendorError,
} from '../../test/support/gather-harness.ts';
import { INTERACTION, PERIOD, schema, SESSION, sources, usageStats } from '../../test/support/schema-harness.ts';
import { agentId } from '../domain/global-id.ts';
import { failureReport } from '../domain/source.ts';
import type { QueryContext } from '../gather/query-context.ts';
import type { FieldRules } from '../planning/field-rules.ts';
import { PLANNING_RULES } from './planning-rules.ts';

/** A value of every required argument, by its name or else by its type. */
const ARGUMENTS: Readonly<Record<string, unknown>> = {
  account: 'v',
  ref: 'jane',
  email: 'unlisted@example.com',
  key: 'jane',
  representations: [{ __typename: 'Agent', id: agentId('jane') }],
  'ID!': agentId('jane'),
  '[ID!]!': [agentId('jane')],
  'TimeRange!': during,
  'DateRange!': { from: '2026-11-19', to: '2026-11-20', timeZone: 'UTC' },
};

function argumentValue({ name, type, defaultValue, ...arg }: GraphQLArgument): unknown {
  if (!isRequiredArgument({ name, type, defaultValue, ...arg })) return defaultValue;
  const value = ARGUMENTS[name] ?? ARGUMENTS[type.toString()];
  if (value === undefined) throw new Error(`ARGUMENTS needs a value for ${name}: ${type.toString()}`);
  return value;
}

const TEAM = { id: 't', name: 'T' };

/** An agent without name and address in a discovering account: every lookup of it needs discovery. */
function setUp() {
  const vendorReads: string[] = [];
  const countedSources = Object.entries({ ...sources, discover: () => Promise.resolve(freshResult('v', [])) }).map(
    ([capability, read]) => [
      capability,
      (...args: never[]) => {
        // `findSession` searches what the data source has read already.
        if (capability !== 'findSession') vendorReads.push(capability);
        return (read as (...args: never[]) => unknown)(...args);
      },
    ],
  );
  const services = createFakeServices(
    [directoryEntry('jane', { team: 't', accounts: { v: 'jane' } })],
    [{ name: 'v', vendor: 'KORE', sources: Object.fromEntries(countedSources) as typeof sources }],
    [TEAM],
  );
  return { context: services.createContext(), vendorReads };
}

/** An object of every type whose fields have resolvers. */
function createParents(context: QueryContext): Readonly<Record<string, object>> {
  return {
    Query: {},
    Agent: findListedAgent(context, 'jane'),
    AgentAccount: { account: 'v', ref: 'jane' },
    Account: knownAccount('v'),
    Team: TEAM,
    StatusCounts: { sources: [] },
    Presence: { status: PERIOD, observedAt: PERIOD.observedAt, sources: [] },
    StatusPeriod: PERIOD,
    Subscription: {},
    StatusChange: { agent: findListedAgent(context, 'jane'), account: 'v', previous: null, current: PERIOD },
    StatusTotal: { account: 'v' },
    StatusTotals: { sources: [], hasUnknownEnd: () => false, nodes: () => [] },
    Session: SESSION,
    Interaction: INTERACTION,
    UsageStats: { ...usageStats, sources: [] },
    SourceReport: failureReport(vendorError('v', 'VENDOR_TIMEOUT')),
  };
}

/** Types whose resolvers convert what their parent field has read: pages of a list. */
function isConnection(typeName: string) {
  return typeName.endsWith('Connection');
}

/** A selection of two levels of leaf fields below a field, as resolvers that look at the selection see it. */
function infoFor(field: GraphQLField<unknown, unknown>): GraphQLResolveInfo {
  const leavesOf = (type: unknown): readonly string[] =>
    isObjectType(type)
      ? Object.values(type.getFields()).flatMap(({ name, type: fieldType }) =>
          isLeafType(getNamedType(fieldType)) ? [name] : [],
        )
      : [];
  const type = getNamedType(field.type);
  const inner = isObjectType(type)
    ? Object.values(type.getFields()).flatMap((subfield) => {
        const leaves = leavesOf(getNamedType(subfield.type));
        return leaves.length > 0 ? [`${subfield.name} { ${leaves.join(' ')} }`] : [];
      })
    : [];
  const selection = [...leavesOf(type), ...inner].join(' ');
  const [operation] = parse(`{ ${field.name} ${selection && `{ ${selection} }`} }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return {
    fieldNodes: operation.selectionSet.selections,
    fragments: {},
    variableValues: {},
  } as unknown as GraphQLResolveInfo;
}

const objectTypes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'));

/** Whether the resolver of a field reads from a vendor, found by running it. */
async function readsFromVendors(typeName: string, field: GraphQLField<unknown, unknown>): Promise<boolean> {
  if (!field.resolve || isConnection(typeName)) return false;
  const { context, vendorReads } = setUp();
  const parent = createParents(context)[typeName];
  if (!parent) throw new Error(`createParents needs an object of type ${typeName}`);
  const args = Object.fromEntries(field.args.map((arg) => [arg.name, argumentValue(arg)]));
  const result: unknown = field.resolve(parent, args, context, infoFor(field));
  await Promise.all([result].flat());
  return vendorReads.length > 0;
}

async function fieldsWithoutRule(rules: FieldRules): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const type of objectTypes) {
    for (const field of Object.values(type.getFields())) {
      if (rules[type.name]?.[field.name] === undefined && (await readsFromVendors(type.name, field)))
        missing.push(`${type.name}.${field.name}`);
    }
  }
  return missing;
}

function rulesWithoutField(rules: FieldRules): readonly string[] {
  return Object.entries(rules).flatMap(([typeName, fields]) => {
    const type = schema.getType(typeName);
    const known = isObjectType(type) ? type.getFields() : {};
    return Object.keys(fields ?? {})
      .filter((fieldName) => !(fieldName in known))
      .map((fieldName) => `${typeName}.${fieldName}`);
  });
}

const rulePaths = Object.entries(PLANNING_RULES)
  .flatMap(([typeName, fields]) => Object.keys(fields ?? {}).map((fieldName) => [typeName, fieldName] as const))
  // The statuses are read before its resolver runs, to find the change that it returns.
  .filter((path) => path.join('.') !== 'Subscription.statusChanges');

describe('PLANNING_RULES', () => {
  test('defines a rule for every field that reads from vendors', async () => {
    expect(await fieldsWithoutRule(PLANNING_RULES)).toEqual([]);
  });

  test('defines no rule for a field that the schema does not define', () => {
    expect(rulesWithoutField(PLANNING_RULES)).toEqual([]);
  });

  test.each(rulePaths)('detects a missing rule of %s.%s', async (typeName, fieldName) => {
    const { [fieldName]: _removed, ...others } = PLANNING_RULES[typeName] ?? {};
    expect(await fieldsWithoutRule({ ...PLANNING_RULES, [typeName]: others })).toEqual([`${typeName}.${fieldName}`]);
  });

  test('rejects a rule of a field or type that the schema does not define', () => {
    const rule = { kind: 'backReference' } as const;
    expect(rulesWithoutField({ Agent: { shoeSize: rule }, Robot: { agent: rule } })).toEqual([
      'Agent.shoeSize',
      'Robot.agent',
    ]);
  });
});
