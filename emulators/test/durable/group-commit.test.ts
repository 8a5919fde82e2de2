// Durable writes in groups.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GroupCommit, openDatabase } from "../../src/durable/group-commit.ts";
import { Code, StatusError } from "../../src/wire/status.ts";

function numbers() {
  const db = openDatabase(null, "test", { strict: false });
  db.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY)");
  const insert = db.prepare("INSERT INTO numbers VALUES (?)");
  const fatal: unknown[] = [];
  const group = new GroupCommit(db, (error) => fatal.push(error));
  const stored = () =>
    db
      .prepare("SELECT n FROM numbers ORDER BY n")
      .all()
      .map(({ n }) => n);
  const add = (n: number) =>
    group.run(() => {
      insert.run(n);
      return n;
    });
  return { group, fatal, stored, add };
}

test("GroupCommit.run answers each member after the whole group is stored, in order", async () => {
  const { add, stored } = numbers();
  const order: unknown[] = [];
  const all = [3, 1, 2].map((n) => add(n).then((m) => order.push([m, stored()])));
  expect(stored()).toEqual([]);
  await Promise.all(all);
  expect(order).toEqual([3, 1, 2].map((n) => [n, [1, 2, 3]]));
});

test("GroupCommit.run lets a member that refuses fail alone", async () => {
  const { add, group, fatal, stored } = numbers();
  const refused = group.run(() => {
    throw new StatusError(Code.ABORTED, "no");
  });
  const [first, , last] = await Promise.allSettled([add(1), refused, add(2)]);
  await expect(refused).rejects.toThrow("no");
  expect([first!.status, last!.status, stored(), fatal]).toEqual(["fulfilled", "fulfilled", [1, 2], []]);
});

test("GroupCommit.run fails the whole group, and says that it is fatal, when SQLite fails", async () => {
  const { add, fatal } = numbers();
  const outcomes = await Promise.allSettled([add(1), add(1), add(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(fatal).toHaveLength(1);
});

test("openDatabase refuses a folder that another process or server uses", () => {
  const folder = mkdtempSync(join(tmpdir(), "group-commit-"));
  const db = openDatabase(folder, "test", { strict: false });
  db.exec("CREATE TABLE t (n)");
  expect(() => openDatabase(folder, "test", { strict: false })).toThrow("locked");
  db.close();
  openDatabase(folder, "test", { strict: false }).close();
});
