// Faults on demand, as a client sees them; only ours can be asked for them.
import { afterEach, describe, expect, test } from "vitest";
import { counted, isForeign, listen, publishAll, texts, useTarget } from "./target.ts";

const target = useTarget();
/** Between streams there is no order. */
const ONE_STREAM = { streamingOptions: { maxStreams: 1 } };

async function arm(rules: readonly object[]): Promise<void> {
  const body = JSON.stringify({ seed: 1, rules });
  const response = await fetch(`http://${target.host}/admin/faults`, { method: "PUT", body });
  expect(response.status).toBe(200);
}

afterEach(async () => {
  if (!isForeign) await arm([]);
});

test("GET / answers Ok", async () => {
  expect(await (await fetch(`http://${target.host}/`)).text()).toMatch(/^Ok\s*$/);
});

describe.skipIf(isForeign)("a fault of kind message", () => {
  async function pulled(subscription: string, maxMessages = 10): Promise<string[]> {
    const [{ receivedMessages }] = await target.subscriber.pull({
      subscription,
      maxMessages,
      returnImmediately: true,
    });
    return texts(receivedMessages!.map(({ message }) => message!));
  }

  test("fail loses a delivery, and nobody else gets the message before its deadline", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, ["x"]);
    await arm([{ kind: "message", action: "fail", nth: 1 }]);
    expect(await pulled(subscription.name)).toEqual([]);
    expect(await pulled(subscription.name)).toEqual([]);
  });

  test("reorder lets the next message of a pull go first", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(3));
    await arm([{ kind: "message", action: "reorder", nth: 1 }]);
    expect(await pulled(subscription.name)).toEqual(["1", "0", "2"]);
  });

  test("delay leaves a message out of a pull, which gives it back", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(3));
    await arm([{ kind: "message", action: "delay", nth: 1, ms: 60_000 }]);
    expect(await pulled(subscription.name)).toEqual(["1", "2"]);
    expect(await pulled(subscription.name)).toEqual(["0"]);
  });

  test("duplicate delivers a message twice", async () => {
    const { topic, subscription } = await target.pair();
    await arm([{ kind: "message", action: "duplicate", nth: 1 }]);
    const heard = listen(subscription);
    await publishAll(topic, ["x"]);
    const [first, second] = await heard.until(2);
    expect(second!.id).toBe(first!.id);
    await heard.stop();
  });

  test("delay delivers a message late, after those that came behind it", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(3));
    await arm([{ kind: "message", action: "delay", nth: 1, ms: 50 }]);
    const heard = listen(target.listener(subscription, ONE_STREAM));
    expect(texts(await heard.until(3))).toEqual(["1", "2", "0"]);
    await heard.stop();
  });

  test("reorder lets the next message go first", async () => {
    const { topic, subscription } = await target.pair();
    await publishAll(topic, counted(3));
    await arm([{ kind: "message", action: "reorder", nth: 1 }]);
    const heard = listen(target.listener(subscription, ONE_STREAM));
    expect(texts(await heard.until(3))).toEqual(["1", "0", "2"]);
    await heard.stop();
  });
});

test.skipIf(isForeign)(
  "a publish whose answer is dropped is published, and the client's retry publishes again",
  async () => {
    const { topic, subscription } = await target.pair();
    await arm([{ kind: "Publish", action: "drop", nth: 1 }]);
    const heard = listen(subscription);
    await publishAll(topic, ["x"]);
    expect(texts(await heard.until(2))).toEqual(["x", "x"]);
    await heard.stop();
  },
);
