// The suite's program: firebase-tools, with ours in the place of some of its methods. What each stands for is said in
// its file; emulators/test/launcher/suite-methods.test.ts holds them to the version of firebase-tools that is installed.
"use strict";
require("./suite-processes.cjs");
require("./suite-calls.cjs");
require("./suite-doors.cjs");
require("firebase-tools/lib/bin/firebase.js");
