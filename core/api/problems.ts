// What can be wrong with a request: stable codes, each with its HTTP status and a title.
export const PROBLEMS = {
  // What was sent
  invalid_json: [400, "Not strict JSON"],
  invalid_request: [400, "A parameter or a part of the body is not as it should be"],
  invalid_encoding: [400, "The body does not decode as its content-encoding says"],
  request_timeout: [408, "The body took too long to arrive"],
  too_large: [413, "Over a limit on size"],
  artifact_too_large: [413, "The artifact is over its limit on size"],
  unsupported_media_type: [415, "The body is of a type that is not accepted here"],
  unsupported_encoding: [415, "The body has a content-encoding that is not accepted here"],
  invalid_claim: [422, "Not a claim"],
  invalid_config: [422, "Not a configuration of the environment"],
  invalid_training: [422, "Not a training"],
  unknown_environment: [422, "There is no such environment"],
  hash_mismatch: [422, "What was sent does not have the hash that the claim names"],
  invalid_plan: [422, "Not a plan's document"],
  plan_refused: [422, "A plan that may not run"],
  invalid_note: [422, "Not a signed note, or not one of this log's checkpoints"],
  over_cap: [422, "More than may be asked for at once"],
  // Who sent it
  bad_signature: [403, "The signature is not the key's over these bytes"],
  key_mismatch: [403, "The label belongs to another key"],
  reserved_label: [403, "The label is reserved for the service"],
  unknown_witness: [403, "No cosignature of a witness that this log keeps"],
  rate_limited: [429, "Too many requests from this caller"],
  overloaded: [429, "Too many requests from everyone"],
  too_many_trainings: [429, "Too many trainings at once"],
  // What was asked for
  not_found: [404, "Not there"],
  not_covered: [404, "No checkpoint covers it yet"],
  method_not_allowed: [405, "Not with this method"],
  artifact_expired: [410, "The artifact is no longer kept"],
  // Ours
  internal: [500, "A fault of the service"],
  unavailable: [503, "The service cannot answer now"],
  training_unavailable: [503, "This service has no key to claim trainings with"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;
