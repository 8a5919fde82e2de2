// Who holds a port, in a few words that a user recognises.
import { expect, test } from "vitest";
import { commandName } from "../../src/launcher/port-owner.ts";

test.each([
  [["/usr/bin/node", "--conditions=source", "/home/me/start.ts", "--json"], "node start.ts"],
  [["/usr/bin/python3.12", "-u", "serve.py"], "python3.12 serve.py"],
  [["nc", "-lk", "0.0.0.0", "5001"], "nc"],
  [["node"], "node"],
])("commandName takes the first word of programs that run scripts as one: %j", (words, name) => {
  expect(commandName(words)).toBe(name);
});
