// The protos that the official package ships, with every document and value left as bytes for value.ts to read.
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { loadProtos } from "../wire/service.ts";

const PROTOS = fileURLToPath(import.meta.resolve("@google-cloud/firestore-api/build/protos/protos.json"));
const PACKAGE = "google.firestore.v1";
/** One codec reads these, and stored documents go out as they are: bytes and a message look the same on the wire. */
const LEFT_AS_BYTES = new Set(["Document", "Value", "ArrayValue", "MapValue"]);

export function firestoreProtos(): protobuf.Root {
  const root = loadProtos(PROTOS);
  const leave = (namespace: protobuf.NamespaceBase) => {
    for (const type of namespace.nestedArray) {
      if (type instanceof protobuf.Type && !LEFT_AS_BYTES.has(type.name)) leaveFields(type);
      if (type instanceof protobuf.Namespace) leave(type);
    }
  };
  leave(root.lookup(PACKAGE) as protobuf.Namespace);
  return root;
}

function leaveFields(type: protobuf.Type): void {
  for (const field of type.fieldsArray) if (LEFT_AS_BYTES.has(field.type)) field.type = "bytes";
}
