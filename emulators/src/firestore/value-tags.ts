// The protocol buffer tags of google.firestore.v1.Value and of the small messages inside it.
// A tag is (field number << 3) | wire type; the numbers are those of google/firestore/v1/document.proto.
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

export const ValueTag = {
  boolean: (1 << 3) | VARINT,
  integer: (2 << 3) | VARINT,
  double: (3 << 3) | FIXED64,
  reference: (5 << 3) | LENGTH_DELIMITED,
  map: (6 << 3) | LENGTH_DELIMITED,
  geopoint: (8 << 3) | LENGTH_DELIMITED,
  array: (9 << 3) | LENGTH_DELIMITED,
  timestamp: (10 << 3) | LENGTH_DELIMITED,
  null: (11 << 3) | VARINT,
  string: (17 << 3) | LENGTH_DELIMITED,
  bytes: (18 << 3) | LENGTH_DELIMITED,
  fieldReference: (19 << 3) | LENGTH_DELIMITED,
  function: (20 << 3) | LENGTH_DELIMITED,
  pipeline: (21 << 3) | LENGTH_DELIMITED,
  variableReference: (22 << 3) | LENGTH_DELIMITED,
} as const;

export const ArrayTag = { values: (1 << 3) | LENGTH_DELIMITED } as const;
export const MapTag = { fields: (1 << 3) | LENGTH_DELIMITED } as const;
export const EntryTag = { key: (1 << 3) | LENGTH_DELIMITED, value: (2 << 3) | LENGTH_DELIMITED } as const;
export const TimestampTag = { seconds: (1 << 3) | VARINT, nanos: (2 << 3) | VARINT } as const;
export const GeopointTag = { latitude: (1 << 3) | FIXED64, longitude: (2 << 3) | FIXED64 } as const;
export const DocumentTag = {
  name: (1 << 3) | LENGTH_DELIMITED,
  fields: (2 << 3) | LENGTH_DELIMITED,
  createTime: (3 << 3) | LENGTH_DELIMITED,
  updateTime: (4 << 3) | LENGTH_DELIMITED,
} as const;
