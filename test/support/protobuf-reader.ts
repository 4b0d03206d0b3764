/** A field of a message: its name, its type, and whether it may occur more than once. */
type Field = readonly [name: string, type: FieldType, repeated?: 'repeated'];
type FieldType = 'string' | 'bytes' | 'varint' | 'bool' | 'double' | 'fixed64' | 'fixed32' | (() => MessageType);
/** The fields of a message by number. */
export type MessageType = Readonly<Record<number, Field>>;
export type ProtobufMessage = Readonly<Record<string, unknown>>;

const WIRE_TYPES: Readonly<Record<string, number>> = { varint: 0, bool: 0, fixed64: 1, double: 1, fixed32: 5 };
const WIRE_TYPE_OF_LENGTH = 2;

/**
 * Decodes a message (https://protobuf.dev/programming-guides/encoding/). Throws for fields that the type does not have, for wire types
 * that do not fit, for single fields that occur twice, and for bytes that are missing or left.
 */
export function decodeProtobuf(bytes: Buffer, type: MessageType): ProtobufMessage {
  const message: Record<string, unknown> = {};
  let offset = 0;

  function take(length: number): Buffer {
    if (offset + length > bytes.length) throw new Error('the message is truncated');
    offset += length;
    return bytes.subarray(offset - length, offset);
  }
  function takeVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a varint is too long');
  }
  function takeValue(fieldType: FieldType): unknown {
    if (fieldType === 'varint') return takeVarint();
    if (fieldType === 'bool') return takeVarint() === 1n;
    if (fieldType === 'fixed64') return take(8).readBigUInt64LE();
    if (fieldType === 'double') return take(8).readDoubleLE();
    if (fieldType === 'fixed32') return take(4).readUInt32LE();
    const content = take(Number(takeVarint()));
    if (fieldType === 'bytes') return content;
    if (fieldType === 'string') return new TextDecoder('utf-8', { fatal: true }).decode(content);
    return decodeProtobuf(content, fieldType());
  }

  while (offset < bytes.length) {
    const tag = Number(takeVarint());
    const field = type[tag >> 3];
    if (!field) throw new Error(`field ${tag >> 3} is unknown`);
    const [name, fieldType, repeated] = field;
    const wireType =
      typeof fieldType === 'string' ? (WIRE_TYPES[fieldType] ?? WIRE_TYPE_OF_LENGTH) : WIRE_TYPE_OF_LENGTH;
    if ((tag & 7) !== wireType) throw new Error(`field ${name} has wire type ${tag & 7}`);
    const value = takeValue(fieldType);
    if (repeated) message[name] = [...((message[name] as readonly unknown[] | undefined) ?? []), value];
    else if (name in message) throw new Error(`field ${name} occurs twice`);
    else message[name] = value;
  }
  return message;
}
