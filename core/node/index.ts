// What only Node can bring to the core: its own hashing and signature check, and keys for agents.
export { nodeHost } from "./host.ts";
export { generateKeyPair, type KeyPair, noteSigner, publicKeyOf, sign } from "./sign.ts";
