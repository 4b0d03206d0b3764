import { decodeProtobuf, type MessageType, type ProtobufMessage } from './protobuf-reader.ts';

/** A span as a collector receives it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly isError: boolean;
  readonly traceState: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

// https://github.com/open-telemetry/opentelemetry-proto: trace/v1/trace.proto, common/v1/common.proto
const anyValue: MessageType = {
  1: ['string', 'string'],
  2: ['bool', 'bool'],
  3: ['int', 'varint'],
  4: ['double', 'double'],
};
const keyValue: MessageType = { 1: ['key', 'string'], 2: ['value', () => anyValue] };
const resource: MessageType = { 1: ['attributes', () => keyValue, 'repeated'], 2: ['dropped', 'varint'] };
const scope: MessageType = { 1: ['name', 'string'], 2: ['version', 'string'] };
const link: MessageType = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  3: ['traceState', 'string'],
  4: ['attributes', () => keyValue, 'repeated'],
  5: ['dropped', 'varint'],
  6: ['flags', 'fixed32'],
};
const status: MessageType = { 2: ['message', 'string'], 3: ['code', 'varint'] };
const span: MessageType = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  3: ['traceState', 'string'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'string'],
  6: ['kind', 'varint'],
  7: ['start', 'fixed64'],
  8: ['end', 'fixed64'],
  9: ['attributes', () => keyValue, 'repeated'],
  10: ['droppedAttributes', 'varint'],
  12: ['droppedEvents', 'varint'],
  13: ['links', () => link, 'repeated'],
  14: ['droppedLinks', 'varint'],
  15: ['status', () => status],
  16: ['flags', 'fixed32'],
};
const scopeSpans: MessageType = {
  1: ['scope', () => scope],
  2: ['spans', () => span, 'repeated'],
  3: ['schemaUrl', 'string'],
};
const resourceSpans: MessageType = {
  1: ['resource', () => resource],
  2: ['scopeSpans', () => scopeSpans, 'repeated'],
  3: ['schemaUrl', 'string'],
};
const exportRequest: MessageType = { 1: ['resourceSpans', () => resourceSpans, 'repeated'] };

const KINDS = new Map<bigint, ReceivedSpan['kind']>([
  [1n, 'internal'],
  [2n, 'server'],
  [3n, 'client'],
]);

/** Decodes the body of an export, as strictly as the specification of OTLP allows; throws for what it does not. */
export function decodeTraces(body: Buffer): readonly ReceivedSpan[] {
  return messages(decodeProtobuf(body, exportRequest), 'resourceSpans').flatMap((group) => {
    const attributes = toAttributes(group.resource as ProtobufMessage);
    if (typeof attributes['service.name'] !== 'string') throw new Error('a resource has no service.name');
    return messages(group, 'scopeSpans').flatMap((scoped) => {
      if ((scoped.scope as ProtobufMessage | undefined)?.name !== 'switchboard') throw new Error('a scope has no name');
      return messages(scoped, 'spans').map((each) => toSpan(each, attributes));
    });
  });
}

function toSpan(message: ProtobufMessage, resourceAttributes: ReceivedSpan['resource']): ReceivedSpan {
  const { name, kind, start, end, parentSpanId, traceState = '' } = message;
  if (typeof name !== 'string' || name === '') throw new Error('a span has no name');
  const kindName = KINDS.get(kind as bigint);
  if (!kindName) throw new Error(`the span ${name} has kind ${String(kind)}`);
  if (typeof start !== 'bigint' || typeof end !== 'bigint' || start === 0n || end < start)
    throw new Error(`the span ${name} ends before it starts`);
  return {
    traceId: toId(message.traceId, 16),
    spanId: toId(message.spanId, 8),
    parentSpanId: parentSpanId === undefined ? null : toId(parentSpanId, 8),
    name,
    kind: kindName,
    startNs: start,
    endNs: end,
    attributes: toAttributes(message),
    links: messages(message, 'links').map((each) => ({
      traceId: toId(each.traceId, 16),
      spanId: toId(each.spanId, 8),
    })),
    isError: (message.status as ProtobufMessage | undefined)?.code === 2n,
    traceState: String(traceState),
    resource: resourceAttributes,
  };
}

function toId(value: unknown, length: number): string {
  if (!Buffer.isBuffer(value) || value.length !== length || value.every((byte) => byte === 0))
    throw new Error(`an id is not ${length} bytes, or all zero`);
  return value.toString('hex');
}

function toAttributes(message: ProtobufMessage): Readonly<Record<string, unknown>> {
  const entries = messages(message, 'attributes').map(({ key, value }) => {
    if (typeof key !== 'string' || key === '') throw new Error('an attribute has no key');
    const values = Object.values(value as ProtobufMessage);
    if (values.length !== 1) throw new Error(`the attribute ${key} has ${values.length} values`);
    return [key, typeof values[0] === 'bigint' ? Number(values[0]) : values[0]] as const;
  });
  const attributes = Object.fromEntries(entries);
  if (Object.keys(attributes).length !== entries.length) throw new Error('an attribute occurs twice');
  return attributes;
}

function messages(message: ProtobufMessage, field: string): readonly ProtobufMessage[] {
  return (message[field] ?? []) as readonly ProtobufMessage[];
}
