import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
} from 'graphql';

/** The keys by which other subgraphs may reference an entity. */
export const ENTITY_KEYS: Readonly<Partial<Record<string, readonly string[]>>> = {
  // Other systems know a person's address, or the directory's id, but no global id.
  Agent: ['id', 'email', 'key'],
  Session: ['id'],
  StatusPeriod: ['id'],
  Interaction: ['id'],
};

/** Every Relay-style subgraph has these root fields. A router cannot know which subgraph an id belongs to, so they are not public. */
const RELAY_ROOT_FIELDS: ReadonlySet<string> = new Set(['node', 'nodes']);

const FEDERATION_SDL = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible"])
  ${Object.entries(ENTITY_KEYS)
    .map(([type, keys = []]) => `extend type ${type} ${keys.map((key) => `@key(fields: "${key}")`).join(' ')}`)
    .join('\n')}
`;

/**
 * Declares the entities to Federation 2, and what other Relay-style subgraphs also define: `PageInfo`, `node` and `nodes`.
 * The files of schema/ contain no directive of federation, since clients receive them as they are.
 */
export function addFederationDirectives(typeDefinitions: string): DocumentNode {
  const document = parse(typeDefinitions + FEDERATION_SDL);
  const shareable = createDirective('shareable');
  const addToRelayField = (field: FieldDefinitionNode): FieldDefinitionNode =>
    RELAY_ROOT_FIELDS.has(field.name.value)
      ? { ...field, directives: [shareable, createDirective('inaccessible')] }
      : field;
  const definitions = document.definitions.map((definition): DefinitionNode => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
    // On the definition: on an extension, the directive would apply to the fields of the extension only.
    if (definition.name.value === 'PageInfo') return { ...definition, directives: [shareable] };
    if (definition.name.value !== 'Query') return definition;
    return { ...definition, fields: definition.fields?.map(addToRelayField) ?? [] };
  });
  return { ...document, definitions };
}

function createDirective(name: string): ConstDirectiveNode {
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } };
}
