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
import type { RequestContext } from '../../request/request-context.ts';
import { collectFields, selectionSetsOf } from '../ast/selection.ts';

/** An object of more fields than this weighs as much as several: fields cost memory, and the same one may be asked for under many names. */
const FIELDS_PER_OBJECT = 10;

/**
 * Has every object of an answer counted as it is made, by the request that it is made for. How many there will be, only the
 * vendors tell: how long lists are, and what there is of that which may be null. Both multiply with what stands around them.
 */
export function instrumentResponseObjects(schema: GraphQLSchema): GraphQLSchema {
  const weightOf = createWeightCache();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isLeafType(getNamedType(field.type))) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = isListType(getNullableType(field.type))
        ? countListItems(resolve, weightOf)
        : countObject(resolve, weightOf);
    }
  }
  return schema;
}

type FieldResolver = GraphQLFieldResolver<unknown, RequestContext>;
type WeightFn = (info: GraphQLResolveInfo) => number;

/** Counted before it is made, be it null then: what is being made takes room already, and all at the same time. */
function countObject(resolve: FieldResolver, weightOf: WeightFn): FieldResolver {
  return (source, args, context, info) =>
    // The answer will be refused: what is still to come of it is not worth making.
    context.responseObjects.add(weightOf(info)) ? resolve(source, args, context, info) : null;
}

function countListItems(resolve: FieldResolver, weightOf: WeightFn): FieldResolver {
  return (source, args, context, info) => {
    const countItems = (list: unknown): unknown =>
      !Array.isArray(list) || context.responseObjects.add(list.length * weightOf(info)) ? list : [];
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(countItems) : countItems(list);
  };
}

/** Weighs each selection once: graphql-js hands the very same nodes to all objects of a list. */
function createWeightCache(): WeightFn {
  const weights = new WeakMap<readonly FieldNode[], number>();
  return (info) => {
    const weight = weights.get(info.fieldNodes) ?? objectWeight(info);
    weights.set(info.fieldNodes, weight);
    return weight;
  };
}

function objectWeight(info: GraphQLResolveInfo): number {
  return Math.max(1, collectFields(info, selectionSetsOf(info.fieldNodes)).size / FIELDS_PER_OBJECT);
}
