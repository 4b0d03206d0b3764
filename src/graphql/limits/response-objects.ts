import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { RequestContext } from '../../request/request-context.ts';
import { collectFields, selectionSetsOf } from '../ast/selection.ts';

/** An object with more fields weighs as much as several: fields take memory, and aliases can select one field many times. */
const FIELDS_PER_OBJECT = 10;

/**
 * Instruments the resolvers so that each object of a response is counted on its request as it is created. The number depends
 * on the vendors' data: the length of lists and which objects are null. Nested lists multiply it. Call it once for a schema:
 * every call counts each object once more.
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

/** Counts the object before its resolver runs, even if it is null afterwards: objects in progress take memory, all at the same time. */
function countObject(resolve: FieldResolver, weightOf: WeightFn): FieldResolver {
  return (source, args, context, info) =>
    // Beyond the limit the response will be rejected, so the rest of it is not created.
    context.responseObjects.add(weightOf(info)) ? resolve(source, args, context, info) : null;
}

function countListItems(resolve: FieldResolver, weightOf: WeightFn): FieldResolver {
  return (source, args, context, info) => {
    const list = resolve(source, args, context, info);
    const limitItems = list instanceof Promise ? limitPendingItems : limitListItems;
    return limitItems(list, context, weightOf(info));
  };
}

async function limitPendingItems(list: unknown, context: RequestContext, weight: number): Promise<unknown> {
  return limitListItems(await list, context, weight);
}

/** Returns an empty list instead of one beyond the limit. */
function limitListItems(list: unknown, { responseObjects }: RequestContext, weight: number): unknown {
  return !Array.isArray(list) || responseObjects.add(list.length * weight) ? list : [];
}

/** Computes each selection's weight once: graphql-js passes the same nodes array to all objects of a list. */
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
