// Kernels: what an op does, as data. {"params": [name], "writes": {slot: expression}}; the op binds slots to fields and params
// to integers, so one kernel serves many ops. A kernel's hash is its name.
import type { Hasher } from "../host.ts";
import { pointer } from "../json.ts";
import {
  type Expression,
  expressionText,
  nodeCount,
  readExpression,
  type Scope,
  slotsOf,
} from "./expression.ts";
import { taggedHash, textList, textObject } from "./hashes.ts";
import { compare, type Reader } from "./reader.ts";

export interface Kernel {
  readonly params: readonly string[];
  /** Sorted by slot. */
  readonly writes: readonly (readonly [slot: string, value: Expression])[];
}

export function readKernel(reader: Reader, value: unknown, path: string): Kernel {
  const fields = reader.fields(value, path, ["params", "writes"]);
  const params = reader.identifiers(fields.params, `${path}/params`);
  const writes = reader.object(fields.writes, `${path}/writes`);
  const scope: Scope = { params, without: [], nodes: 0 };
  const read = Object.keys(writes)
    .sort(compare)
    .map((slot) => {
      reader.identifier(slot, `${path}/writes`, slot);
      const at = `${path}/writes${pointer([slot])}`;
      return [slot, readExpression(reader, writes[slot] ?? null, at, scope)] as const;
    });
  return { params, writes: read };
}

/** The kernel's canonical JSON. */
export function kernelText(kernel: Kernel): string {
  const writes = textObject(kernel.writes.map(([slot, value]) => [slot, expressionText(value)]));
  return `{"params":${textList(kernel.params)},"writes":${writes}}`;
}

export function kernelHash(host: Hasher, kernel: Kernel): string {
  return taggedHash(host, "nk2/kernel/v1", kernelText(kernel));
}

/** The slots that a kernel writes, and those that it only reads; both sorted. */
export function slotsOfKernel(kernel: Kernel): {
  readonly written: readonly string[];
  readonly read: readonly string[];
} {
  const written = kernel.writes.map(([slot]) => slot);
  const named = new Set(kernel.writes.flatMap(([, value]) => slotsOf(value)));
  return { written, read: [...named].filter((slot) => !written.includes(slot)).sort(compare) };
}

export function kernelNodes(kernel: Kernel): number {
  return kernel.writes.reduce((sum, [, value]) => sum + nodeCount(value), 0);
}
