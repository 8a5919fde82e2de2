// What a platform gives a station to do, as data: so that it can be done in this process, or in one that dies over it.
import { appendWaiting } from "../../../functions/src/append.ts";
import { type Api, makeApi } from "../../../functions/src/http/app.ts";
import { rankNew } from "../../../functions/src/rank.ts";
import type { Service, Topic } from "../../../functions/src/service.ts";
import { usualSettings } from "../../../functions/src/settings.ts";
import { sweep } from "../../../functions/src/sweep.ts";
import { runTraining } from "../../../functions/src/train.ts";
import { verifyClaims } from "../../../functions/src/verify.ts";
import { WITNESSES } from "../witness.ts";

export type Work =
  | { readonly by: "request"; readonly path: string; readonly body: string; readonly type?: string }
  | { readonly by: "message"; readonly topic: Topic; readonly data: Readonly<Record<string, unknown>> }
  | { readonly by: "event" }
  | { readonly by: "schedule" };

/** Does it; throws where the platform or the agent would have to try again. */
export async function perform(service: Service, work: Work): Promise<Response | undefined> {
  switch (work.by) {
    case "request":
      return answerTo(makeApi(service, { ...usualSettings(1_000), witnesses: WITNESSES }), work);
    case "message":
      await read(service, work);
      return undefined;
    case "event":
      await rankNew(service);
      return undefined;
    case "schedule":
      await sweep(service);
      return undefined;
  }
}

async function answerTo(
  api: Api,
  { path, body, type = "application/json" }: Work & { by: "request" },
): Promise<Response> {
  const request = new Request(`http://local/api/v1${path}`, {
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  const answer = await api.fetch(request);
  if (answer.status >= 500) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer;
}

async function read(service: Service, { topic, data }: Work & { by: "message" }): Promise<unknown> {
  switch (topic) {
    case "claims":
      return verifyClaims(service, data.claim_ids as string[]);
    case "verdicts":
      return appendWaiting(service);
    case "trainings":
      return runTraining(service, data.training_id as string);
  }
}
