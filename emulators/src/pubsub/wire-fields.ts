// Reads the fields of a protobuf message strictly: what some reader could stumble over is refused (protobuf.dev, encoding).

/** The low three bits of a tag. */
export const WireType = {
  VARINT: 0,
  FIXED64: 1,
  LENGTH_DELIMITED: 2,
  GROUP_START: 3,
  GROUP_END: 4,
  FIXED32: 5,
} as const;

export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Where its tag starts, where its content starts (behind the length, if there is one), and where both end. */
  readonly start: number;
  readonly from: number;
  readonly end: number;
}

/** As deep as protobuf's own readers follow. */
const MAX_DEPTH = 100;
const MAX_VARINT_BYTES = 10;
const MAX_TAG = 2 ** 32 - 1;

/** The fields between two places in order; throws if they do not end exactly there. */
export function fieldsOf(bytes: Uint8Array, from = 0, end = bytes.length): Field[] {
  const fields: Field[] = [];
  for (let place = from; place < end; ) {
    const field = readField(bytes, place, end, 0);
    fields.push(field);
    place = field.end;
  }
  return fields;
}

function readField(bytes: Uint8Array, start: number, end: number, depth: number): Field {
  const tag = readTag(bytes, start, end);
  const { number, wireType } = tag;
  const skipped = skip(bytes, tag, end, depth);
  const from = wireType === WireType.LENGTH_DELIMITED ? readVarint(bytes, tag.end, end).end : tag.end;
  return { number, wireType, start, from, end: skipped };
}

interface Tag {
  readonly number: number;
  readonly wireType: number;
  readonly end: number;
}

function readTag(bytes: Uint8Array, start: number, end: number): Tag {
  const { value, end: behind } = readVarint(bytes, start, end);
  const number = Math.floor(value / 8);
  if (number === 0 || value > MAX_TAG)
    throw new Error(`field number ${number} at offset ${start} is out of range`);
  return { number, wireType: value % 8, end: behind };
}

function skip(bytes: Uint8Array, { number, wireType, end: from }: Tag, end: number, depth: number): number {
  switch (wireType) {
    case WireType.VARINT:
      return readVarint(bytes, from, end).end;
    case WireType.FIXED64:
      return within(from + 8, end);
    case WireType.FIXED32:
      return within(from + 4, end);
    case WireType.LENGTH_DELIMITED: {
      const length = readVarint(bytes, from, end);
      return within(length.end + length.value, end);
    }
    case WireType.GROUP_START:
      return skipGroup(bytes, number, from, end, depth + 1);
    default:
      throw new Error(`invalid wire type ${wireType} of field ${number} before offset ${from}`);
  }
}

function skipGroup(bytes: Uint8Array, number: number, from: number, end: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Error(`groups are nested deeper than ${MAX_DEPTH}`);
  for (let place = from; ; ) {
    const tag = readTag(bytes, place, end);
    if (tag.wireType !== WireType.GROUP_END) place = skip(bytes, tag, end, depth);
    else if (tag.number === number) return tag.end;
    else throw new Error(`group ${number} is ended as group ${tag.number} at offset ${place}`);
  }
}

/** Beyond 2^53 the value is not exact, but then it is too large for a tag or a length anyway. */
function readVarint(bytes: Uint8Array, start: number, end: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    if (start + i >= end) throw outOfRange(end);
    const byte = bytes[start + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw new Error(`a number at offset ${start} is longer than ${MAX_VARINT_BYTES} bytes`);
}

function within(place: number, end: number): number {
  if (place > end) throw outOfRange(end);
  return place;
}

function outOfRange(end: number): Error {
  return new Error(`a field goes beyond the end at offset ${end}`);
}
