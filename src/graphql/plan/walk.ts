import {
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type SelectionSetNode,
  getNamedType,
  isObjectType,
} from 'graphql';
import { InvalidInput } from '../../domain/invalid-input.ts';
import { type Outlook, createWhoms, together } from '../../gather/prospects.ts';
import type { Matter, Question } from '../../vendors/estimate.ts';
import { argumentsOf } from '../arguments.ts';
import { tooComplex } from '../limits/too-complex.ts';
import { type Operation, fieldsAt } from '../operation.ts';
import { selectionsOf } from '../selection.ts';
import { FIELDS, type Rule } from './fields.ts';
import type { Finding, Place } from './findings.ts';

/** Planning takes time, during which nothing else happens: so many visits of a field below an agent, and agents in questions. */
const MOST_STEPS = 1_000_000;

interface Asking {
  readonly account: string;
  readonly question: Question;
}

/** What an operation may ask each account, by the account's name. It is walked as it would run, but nobody is asked. */
export function questionsOf(operation: Operation, outlook: Outlook): ReadonlyMap<string, readonly Question[]> {
  const { schema } = operation;
  const { desk } = outlook;
  const whomOf = createWhoms(outlook);
  const questions = new Map<string, Question[]>();
  let steps = 0;

  function takeSteps(count: number): void {
    steps += count;
    if (steps > MOST_STEPS) throw tooComplex('cost', 'it asks about too many agents in too many places.');
  }

  function put(account: string, question: Question): void {
    takeSteps('whom' in question ? 1 + question.whom.refs.length : 1);
    const list = questions.get(account);
    if (list) list.push(question);
    else questions.set(account, [question]);
  }

  function walk(type: GraphQLObjectType, sets: readonly SelectionSetNode[], places: readonly Place[]): void {
    for (const nodes of fieldsAt(operation, type, sets)) enter(type, nodes, places);
  }

  function enter(type: GraphQLObjectType, nodes: readonly FieldNode[], places: readonly Place[]): void {
    const [node] = nodes;
    // Introspection has no place among a type's fields, and asks nobody.
    const field = node && type.getFields()[node.name.value];
    if (!field) return;
    const inner = selectionsOf(nodes);
    const below = getNamedType(field.type);
    const onward = (further: readonly Place[]): void => {
      if (isObjectType(below)) walk(below, inner, further);
    };

    takeSteps(1 + places.length);
    const rule = FIELDS[`${type.name}.${field.name}`];
    if (!rule) onward(places);
    else if (rule.means === 'owner') onward(places.map((place) => ({ ...place, apart: true })));
    else if (rule.means === 'finding') {
      const findings = asResolved(() =>
        rule.find(argumentsOf(field, node, operation.variableValues) as never, outlook),
      );
      if (findings) find(findings, inner);
    } else {
      const asked = asResolved(() => ask(rule, argumentsOf(field, node, operation.variableValues), nodes, places));
      for (const { account, question } of asked ?? []) put(account, question);
      if (asked) onward(places);
    }
  }

  function find(findings: readonly Finding[], inner: readonly SelectionSetNode[]): void {
    if (findings.some(({ place }) => place.prospect.found === 'complete')) {
      for (const account of outlook.discovering) put(account, { capability: 'discover' });
    }
    for (const { asks } of findings) if (asks) put(asks.account, asks.question);
    for (const [name, alike] of Map.groupBy(findings, ({ type }) => type)) {
      const type = name === null ? undefined : schema.getType(name);
      if (isObjectType(type)) walk(type, inner, placesOf(alike));
    }
  }

  function ask(
    rule: Rule & { means: 'asking' },
    args: { readonly accounts?: unknown },
    nodes: readonly FieldNode[],
    places: readonly Place[],
  ): readonly Asking[] {
    const matter: Matter = rule.ask(args as never, operation, nodes);
    const accounts = (args.accounts ?? null) as readonly string[] | null;
    const able = desk.accounts.filter(
      ({ name }) => accounts?.includes(name) !== false && desk.sources(name)?.[matter.capability] !== undefined,
    );
    const asked = { question: matter.capability, accounts, firstOnly: rule.accounts === 'first' };
    return places.flatMap(({ prospect, apart }) =>
      able.flatMap(({ name }) => {
        const whom = whomOf(prospect, name, asked);
        const question: Question = { ...matter, whom, together: apart ? null : prospect.found };
        return whom.most > 0 ? [{ account: name, question }] : [];
      }),
    );
  }

  const root = schema.getRootType(operation.operation.operation);
  if (root) walk(root, [operation.operation.selectionSet], []);
  return questions;
}

function placesOf(findings: readonly Finding[]): readonly Place[] {
  const apart = findings.some(({ place }) => place.apart);
  return together(findings.map(({ place }) => place.prospect)).map((prospect) => ({ prospect, apart }));
}

/** A field that is refused, for an argument that cannot be, asks nobody and has nothing below it: null. */
function asResolved<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof GraphQLError) return null;
    throw error;
  }
}
