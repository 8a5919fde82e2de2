// Which rules files are reported, where, and that none makes the reader fail.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { rulesIssues } from "../../src/firestore/rules.ts";

const documents = (rules: string) =>
  `rules_version = '2';\nservice cloud.firestore {\n  match /databases/{database}/documents {\n${rules}\n  }\n}\n`;

const denying = {
  "one rule for all": documents("match /{document=**} { allow read, write: if false; }"),
  "no rule at all": documents(""),
  "an empty file": "  // nothing\n",
  "comments that allow": documents(
    "// allow read: if true;\n/* allow write; */\nmatch /a/{b} { allow get: if /* ! */ (false); }",
  ),
  "a function that nobody calls": documents("function isOwner(id) { let a = {'b': id}; return true; }"),
  "nested matches": documents(
    "match /a-b/{c} { match /d/{e=**} { allow list, create, update, delete: if false; } }",
  ),
  "no semicolon": documents("match /{document=**} { allow read, write: if false }"),
  "no version": "service cloud.firestore { match /databases/{d}/documents { } }",
};

test.each(Object.entries(denying))(
  "rulesIssues finds none in a file that denies everything: %s",
  (_, source) => {
    expect(rulesIssues(source)).toEqual([]);
  },
);

test("rulesIssues warns of each rule that is not evaluated, at its line and column", () => {
  const source = documents(
    [
      "    match /ledger/{id} {",
      "      allow read: if request.auth != null;",
      "      allow write: if false; allow get;",
      "    }",
    ].join("\n"),
  );
  const issues = rulesIssues(source);
  expect(issues.map(({ severity, sourcePosition }) => ({ severity, ...sourcePosition }))).toEqual([
    { severity: "WARNING", line: 5, column: 7 },
    { severity: "WARNING", line: 6, column: 30 },
  ]);
  expect(issues[0].description).toBe(
    "This local Firestore evaluates no security rules: everybody but the admin is denied, whatever this `allow` says.",
  );
});

test("rulesIssues takes a condition that only begins with false for one that may allow", () => {
  expect(rulesIssues(documents("match /a/{b} { allow read: if false || true; }"))).toHaveLength(1);
  expect(rulesIssues(documents("match /a/{b} { allow read: if fal se; }"))).toHaveLength(1);
  expect(rulesIssues(documents("match /a/{b} { allow read: if false allow write: if true; }"))).toHaveLength(
    1,
  );
  expect(rulesIssues(documents("match /a/{b} { allow read: if m({'a': 1}) == '//;}'; }"))).toHaveLength(1);
});

test("rulesIssues warns of what `firebase init` writes", () => {
  const templates = createRequire(import.meta.url).resolve("firebase-tools/package.json");
  const source = readFileSync(
    new URL("templates/init/firestore/firestore.rules", `file://${templates}`),
    "utf8",
  );
  expect(rulesIssues(source).map(({ severity }) => severity)).toEqual(["WARNING"]);
});

const broken: readonly (readonly [string, string, number, number])[] = [
  ["hello", `found hello where "service" was expected`, 1, 1],
  ["service cloud.firestore {", "the file ends too early", 1, 26],
  ["\n\n  service firebase.storage {}", `found firebase.storage where "cloud.firestore" was expected`, 3, 11],
  ["rules_version = '3';", "found '3' where version '1' or '2' was expected", 1, 17],
  [
    "service cloud.firestore { allow read; }",
    `found allow where "match", "function" or "}" was expected`,
    1,
    27,
  ],
  [
    "service cloud.firestore { match a { } }",
    `found a where a path such as "/ledger/{id}" was expected`,
    1,
    33,
  ],
  ["/* service", "a comment that does not end", 1, 1],
  ["service 'cloud\n", "a text that does not end on its line", 1, 9],
  [
    documents("match /a/{b} { allow all: if true; }"),
    "found all where one of read, write, get, list, create, update, delete was expected",
    4,
    22,
  ],
];

test.each(broken)("rulesIssues says what it cannot understand in %j", (source, fault, line, column) => {
  expect(rulesIssues(source)).toEqual([
    {
      severity: "ERROR",
      description: `Cannot read these rules: ${fault}. Everybody but the admin is denied.`,
      sourcePosition: { line, column },
    },
  ]);
});

test("rulesIssues never fails, whatever a file is cut down to and however deep it goes", () => {
  const source = documents(
    "match /ledger/{id} { function f(a) { return {'b': a}; } allow read: if f(id) == {}; }",
  );
  for (let length = 0; length < source.length - 2; length += 1) {
    const issues = rulesIssues(source.slice(0, length));
    const isBlank = length === 0;
    const isVersionOnly = ["rules_version = '2'", "rules_version = '2';"].includes(
      source.slice(0, length).trim(),
    );
    expect(issues.map(({ severity }) => severity)).toEqual(isBlank || isVersionOnly ? [] : ["ERROR"]);
  }
  expect(rulesIssues(`service cloud.firestore {${"match /a {".repeat(100_000)}`)).toHaveLength(1);
});
