import {
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type SelectionSetNode,
  getNamedType,
  isObjectType,
} from 'graphql';
import { InvalidInput } from '../../domain/invalid-input.ts';
import { seatsFor } from '../../gather/ask.ts';
import { type Outlook, whomAt } from '../../gather/prospects.ts';
import type { Matter, Question } from '../../vendors/estimate.ts';
import { argumentsOf } from '../arguments.ts';
import { type Operation, fieldsAt } from '../operation.ts';
import { selectionsOf } from '../selection.ts';
import { FIELDS, type Rule } from './fields.ts';
import type { Place } from './findings.ts';

/** What an operation may ask each account, by the account's name. It is walked as it would run, but nobody is asked. */
export function questionsOf(operation: Operation, outlook: Outlook): ReadonlyMap<string, readonly Question[]> {
  const { schema } = operation;
  const { desk } = outlook;
  const questions = new Map<string, Question[]>();

  function put(account: string, question: Question): void {
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

    const rule = FIELDS[`${type.name}.${field.name}`];
    if (!rule) onward(places);
    else if (rule.means === 'owner') onward(places.map((place) => ({ ...place, apart: true })));
    else {
      asResolved(() => {
        const args = argumentsOf(field, node, operation.variableValues);
        if (rule.means === 'finding') find(rule, args, inner);
        else {
          ask(rule, args, nodes, places);
          onward(places);
        }
      });
    }
  }

  function find(rule: Rule & { means: 'finding' }, args: object, inner: readonly SelectionSetNode[]): void {
    const findings = rule.find(args as never, outlook);
    if (findings.some(({ place }) => place.prospect.found === 'complete')) {
      for (const account of outlook.discovering) put(account, { capability: 'discover' });
    }
    for (const { asks } of findings) if (asks) put(asks.account, asks.question);
    for (const [name, alike] of Map.groupBy(findings, ({ type }) => type)) {
      const type = name === null ? undefined : schema.getType(name);
      if (isObjectType(type))
        walk(
          type,
          inner,
          alike.map(({ place }) => place),
        );
    }
  }

  function ask(
    rule: Rule & { means: 'asking' },
    args: { readonly accounts?: unknown },
    nodes: readonly FieldNode[],
    places: readonly Place[],
  ): void {
    const matter: Matter = rule.ask(args as never, operation, nodes);
    const named = args.accounts as readonly string[] | null | undefined;
    for (const { prospect, apart } of places) {
      for (const { name } of desk.accounts) {
        if (named?.includes(name) === false || desk.sources(name)?.[matter.capability] === undefined) continue;
        const whom = whomAt(outlook, prospect, name, (agent) => {
          const seats = seatsFor(desk, agent, matter.capability, named);
          return rule.accounts === 'first' ? seats.slice(0, 1) : seats;
        });
        if (whom.most > 0) put(name, { ...matter, whom, together: apart ? null : prospect.found });
      }
    }
  }

  const root = schema.getRootType(operation.operation.operation);
  if (root) walk(root, [operation.operation.selectionSet], []);
  return questions;
}

/** A field that is refused, for an argument that cannot be, asks nobody and has nothing below it. */
function asResolved(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof InvalidInput) && !(error instanceof GraphQLError)) throw error;
  }
}
