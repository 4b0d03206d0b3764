import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { RequestContext } from '../../request/context.ts';
import { collectFields, selectionsOf } from '../selection.ts';

/** An object of more fields than this weighs as much as several: fields cost memory, and the same one may be asked for under many names. */
const FIELDS_OF_ONE = 10;

/**
 * Has every object of an answer counted as it is made, by the request that it is made for. How many there will be, only the
 * vendors tell: how long lists are, and what there is of that which may be null. Both multiply with what stands around them.
 */
export function countObjects(schema: GraphQLSchema): GraphQLSchema {
  const weightOf = createScales();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isLeafType(getNamedType(field.type))) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = isListType(getNullableType(field.type))
        ? countedList(resolve, weightOf)
        : counted(resolve, weightOf);
    }
  }
  return schema;
}

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;
type WeightOf = (info: GraphQLResolveInfo) => number;

/** Counted before it is made, be it null then: what is being made takes room already, and all at the same time. */
function counted(resolve: Resolve, weightOf: WeightOf): Resolve {
  return (source, args, context, info) =>
    // The answer will be refused: what is still to come of it is not worth making.
    context.request.items.add(weightOf(info)) ? resolve(source, args, context, info) : null;
}

function countedList(resolve: Resolve, weightOf: WeightOf): Resolve {
  return (source, args, context, info) => {
    const count = (list: unknown): unknown =>
      !Array.isArray(list) || context.request.items.add(list.length * weightOf(info)) ? list : [];
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(count) : count(list);
  };
}

/** Weighs each selection once: graphql-js hands the very same nodes to all objects of a list. */
function createScales(): WeightOf {
  const known = new WeakMap<readonly FieldNode[], number>();
  return (info) => {
    const weight = known.get(info.fieldNodes) ?? weigh(info);
    known.set(info.fieldNodes, weight);
    return weight;
  };
}

function weigh(info: GraphQLResolveInfo): number {
  return Math.max(1, collectFields(info, selectionsOf(info.fieldNodes)).size / FIELDS_OF_ONE);
}
