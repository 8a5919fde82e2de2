// The two globals beyond the language that the core uses (both from the Encoding Standard, so that every browser,
// Node and worker has them), and the one module that comes without types.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}
declare module "seedrandom/lib/alea.js" {
  interface AleaState {
    readonly c: number;
    readonly s0: number;
    readonly s1: number;
    readonly s2: number;
  }
  export default function alea(seed: string): () => number;
  export default function alea(
    seed: string,
    options: { state: true | AleaState },
  ): { (): number; state(): AleaState };
}
