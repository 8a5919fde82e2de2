#!/usr/bin/env node
// The local Pub/Sub; PUBSUB_EMULATOR_BINARY_PATH may name this file.
import "../src/pubsub/main.ts";
