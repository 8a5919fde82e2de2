// Loaded into every process of a stack under test: writes down each name that is looked up and each address that is called.
"use strict";
const { appendFileSync } = require("node:fs");
const dns = require("node:dns");
const net = require("node:net");

const file = process.env.NET_WATCH_FILE;
const note = (what) => appendFileSync(file, `${what}\n`);

for (const resolver of [dns, dns.promises]) {
  for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
    const original = resolver[name];
    resolver[name] = function (host, ...rest) {
      note(`name ${host}`);
      return original.call(this, host, ...rest);
    };
  }
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  note(options?.path ? "file" : `address ${options?.host ?? "localhost"}`);
  return connect.apply(this, args);
};
