// The answers that the local stack gives in a function's stead, in the form of RFC 9457, as the API's own.
"use strict";
const { STATUS_CODES } = require("node:http");

/** Answers if nothing was said yet; an answer that has begun cannot be taken back, and is cut. */
exports.answerProblem = function answerProblem(response, status, detail) {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, detail });
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...(status === 503 && { "retry-after": "1" }),
  });
  response.end(body);
};
