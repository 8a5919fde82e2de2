// A way to a server that a test can break and mend.
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Line {
  readonly host: string;
  /** Breaks all connections. New ones are taken, but get nowhere; refused, the client would wait longer each time. */
  cut(): void;
  mend(): void;
  /** Resolves when a connection has been made since the line was last cut. */
  used(): Promise<void>;
}

/** A port of its own that passes everything on, until it is cut. */
export async function breakableLine(to: string): Promise<Line> {
  const [host, port] = to.split(":") as [string, string];
  const sockets = new Set<Socket>();
  let mended = Promise.withResolvers<void>();
  mended.resolve();
  let used = Promise.withResolvers<void>();

  const server = createServer(async (near) => {
    near.on("error", () => {});
    near.pause();
    await mended.promise;
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        far.destroy();
        sockets.delete(socket);
      });
    }
    near.pipe(far).pipe(near);
    used.resolve();
  });
  const cut = () => {
    mended = Promise.withResolvers();
    used = Promise.withResolvers();
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    mended.resolve();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    cut,
    mend: () => mended.resolve(),
    used: () => used.promise,
  };
}
