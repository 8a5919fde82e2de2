// Ports: chosen so that none is given out twice, and a taken one is named with its owner.
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { choosePorts, goodOffset } from "../../src/launcher/ports.ts";
import { PARTS, type Part, type Ports, REPOSITORY, readProject } from "../../src/launcher/project.ts";

describe("choosePorts", () => {
  test("finds a different free port for each part", async () => {
    const ports = Object.values(await choosePorts({} as Ports, "free"));
    expect(new Set(ports).size).toBe(PARTS.length);
    expect(ports.every((port) => port > 0)).toBe(true);
    // None that the system gives to somebody else meanwhile.
    expect(ports.every((port) => port < 32_768)).toBe(true);
  });

  test("adds the offset to each wanted port, and takes them when they are free", async () => {
    const free = await choosePorts({} as Ports, "free");
    const wanted = Object.fromEntries(PARTS.map((part) => [part, free[part] - 10])) as Record<Part, number>;
    expect(await choosePorts(wanted, { offset: 10 })).toEqual(free);
  });

  test("refuses an offset that leads past the last port", async () => {
    const wanted = Object.fromEntries(PARTS.map((part) => [part, 5000])) as Record<Part, number>;
    await expect(choosePorts(wanted, { offset: 60_536 })).rejects.toThrow(
      "with the offset 60536 the port of hosting would be 65536, not 1 to 65535",
    );
  });

  test("names every taken port with its purpose and the process that holds it", async () => {
    const free = await choosePorts({} as Ports, "free");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(free.firestore, "127.0.0.1", resolve));
    try {
      const refused = choosePorts(free, "fixed");
      await expect(refused).rejects.toThrow(
        new RegExp(
          `port ${free.firestore}, for Firestore, the database, is taken by .*\\(process ${process.pid}\\)`,
        ),
      );
      await expect(refused).rejects.not.toThrow("for Hosting");
    } finally {
      server.close();
    }
  });
});

describe("goodOffset", () => {
  test("leads to ports that are none of those of firebase.json", async () => {
    const { ports } = readProject(REPOSITORY);
    const offset = await goodOffset(ports);
    const wanted = PARTS.map((part) => ports[part]);
    const shifted = wanted.map((port) => port + offset!);
    expect(wanted.filter((port) => shifted.includes(port))).toEqual([]);
  });

  test("is not one that brings two parts together, nor one past the last port", async () => {
    const at = (ports: readonly number[]) =>
      Object.fromEntries(PARTS.map((part, i) => [part, ports[i]!])) as Record<Part, number>;
    const tens = [0, 10, 20, 30, 40, 50, 60, 70];
    const offset = await goodOffset(at(tens.map((n) => 41_000 + n)));
    expect(offset).toBeGreaterThanOrEqual(80);
    expect(await goodOffset(at(tens.map((n) => 65_460 + n)))).toBeNull();
  });
});
