import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { RequestContext } from '../../request/context.ts';

/**
 * Has every list of objects in the schema counted as it is made, by the request that it is made for. How long a list gets,
 * only the vendors tell; and lists within lists multiply.
 */
export function countLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isListType(getNullableType(field.type)) && !isLeafType(getNamedType(field.type))) {
        field.resolve = counted(field.resolve ?? defaultFieldResolver);
      }
    }
  }
  return schema;
}

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

function counted(resolve: Resolve): Resolve {
  return (source, args, context, info) => {
    const count = (list: unknown): unknown => {
      if (!Array.isArray(list)) return list;
      // The answer will be refused: what is still to come of it is not worth making.
      return context.request.items.add(list.length) ? list : [];
    };
    const list = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(count) : count(list);
  };
}
