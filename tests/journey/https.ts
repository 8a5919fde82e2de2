// HTTPS for the journey: what terminates TLS in front of the local stack as a CDN does, and an agent's requests to it.
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";

/** A certificate for localhost, and its key, which is no secret: it is for this test alone. */
const PEM = readFileSync(new URL("localhost.pem", import.meta.url));

export interface SecureDoor {
  /** `https://localhost:…` */
  readonly url: string;
  close(): Promise<void>;
}

export async function secureDoor(target: string): Promise<SecureDoor> {
  const server = createServer({ key: PEM, cert: PEM }, (incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const inner = httpRequest(`${target}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    inner.on("error", () => outgoing.destroy());
    incoming.pipe(inner);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request that trusts that certificate and no other. */
export function ask(url: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      url,
      { method: body === undefined ? "GET" : "POST", ca: PEM, headers },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
