// What stands before Hosting and the Functions emulator: it refuses what neither could route, and takes off what
// Hosting could not pass on.
"use strict";
const http = require("node:http");
const { createRequire } = require("node:module");
const { FunctionsEmulator } = require("firebase-tools/lib/emulator/functionsEmulator.js");
const { answerProblem } = require("./suite-problem.cjs");
// The very module that firebase-tools serves with.
const superstatic = createRequire(require.resolve("firebase-tools/lib/serve/hosting.js"))("superstatic");

/** They concern one connection alone (RFC 9110, sections 7.6.1 and 10.1.1); undici refuses to send each of them. */
const OF_THIS_CONNECTION = ["connection", "expect", "keep-alive", "transfer-encoding", "upgrade"];

const { createHubServer } = FunctionsEmulator.prototype;
const { server } = superstatic;

FunctionsEmulator.prototype.createHubServer = function () {
  const hub = createHubServer.call(this);
  return http.createServer((request, response) => {
    if (mayEnter(request, response)) hub(request, response);
  });
};

superstatic.server = (options) => {
  const app = server(options);
  const { handle } = app;
  // Before anything of it: it takes the address apart first, and ends the suite where it cannot.
  app.handle = function (request, response, next) {
    if (!mayEnter(request, response)) return;
    // Node has read the framing by now, and told who expects it to continue; the body goes on as a stream.
    for (const name of OF_THIS_CONNECTION) delete request.headers[name];
    response.on("pipe", (answer) => endTogether(answer, response));
    handle.call(this, request, response, next);
  };
  return app;
};

/** Express would show a stack trace, superstatic answer 500, and Hosting end the whole suite at the second kind. */
function mayEnter({ url, headers }, response) {
  const refused = decodes(url)
    ? isAddress(url, headers.host)
      ? null
      : "The path and the Host header make no address."
    : "The path is not percent-encoded UTF-8.";
  if (refused !== null) answerProblem(response, 400, refused);
  return refused === null;
}

function decodes(url) {
  try {
    decodeURIComponent(url.split("?", 1)[0]);
    return true;
  } catch {
    return false;
  }
}

/** As firebase-tools puts them together (lib/hosting/initMiddleware.js); HTTP/1.0 needs no Host. */
function isAddress(url, host = "localhost") {
  return URL.canParse(url, `http://${host}`) && URL.canParse(`http://${host}`);
}

/** Hosting's proxy listens to neither: a broken answer would end the suite, and a client that leaves keep its call. */
function endTogether(answer, response) {
  answer.on("error", () => response.destroy());
  const leave = () => answer.destroy();
  if (response.destroyed) leave();
  else response.on("close", leave);
}
