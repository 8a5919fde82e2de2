// The rules of resource names: projects/{project}/topics/{id} and projects/{project}/subscriptions/{id}.
import { Code, StatusError } from "../wire/status.ts";

/** What a subscription's topic is called once it is deleted. */
export const DELETED_TOPIC = "_deleted-topic_";

type Collection = "topics" | "subscriptions";

const PROJECT = /^projects\/[^/\s]+$/;
const RESOURCE = /^projects\/[^/\s]+\/([a-z]+)\/([^/]+)$/;
/** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const ID = /^[A-Za-z][\w.~+%-]{2,254}$/;
const RESERVED = /^goog/i;

export function checkProject(name: string): string {
  if (!PROJECT.test(name)) throw invalidName(name);
  return name;
}

/** A name that may be looked up: one that the rules forbid is refused, not missing. */
export function checkName(name: string, collection: Collection): string {
  const [, found, id = ""] = RESOURCE.exec(name) ?? [];
  if (found !== collection || !ID.test(id) || RESERVED.test(id)) throw invalidName(name);
  return name;
}

export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

export function projectOf(name: string): string {
  return name.split("/", 2).join("/");
}

export function notFound(name: string): StatusError {
  return new StatusError(Code.NOT_FOUND, `Resource not found (resource=${idOf(name)}).`);
}

export function alreadyExists(name: string): StatusError {
  return new StatusError(
    Code.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${idOf(name)}).`,
  );
}

function invalidName(name: string): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/admin#resource_names for more information.`,
  );
}
