// The one generator of seedrandom that is used; the package ships no types.
declare module "seedrandom/lib/alea.js" {
  export default function alea(seed: string): () => number;
}
