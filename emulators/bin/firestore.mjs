#!/usr/bin/env node
// The local Firestore as a command.
import "../src/firestore/main.ts";
