// The protos that the official package ships, with every message's body left as bytes for message.ts to read.
import { fileURLToPath } from "node:url";
import type protobuf from "protobufjs";
import { loadProtos } from "../wire/service.ts";

const PROTOS = fileURLToPath(import.meta.resolve("@google-cloud/pubsub-api/build/protos/protos.json"));

/** A published message is stored and delivered as the bytes that it came in: bytes and a message look the same on the wire. */
export function pubSubProtos(): protobuf.Root {
  const root = loadProtos(PROTOS);
  root.lookupType("google.pubsub.v1.PublishRequest").fields.messages!.type = "bytes";
  root.lookupType("google.pubsub.v1.ReceivedMessage").fields.message!.type = "bytes";
  return root;
}
