// stub while being written
export function verifyCofactorless(
  _publicKey: Uint8Array,
  _message: Uint8Array,
  _signature: Uint8Array,
): boolean {
  throw new Error("not yet");
}
