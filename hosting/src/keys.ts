// The reader's own key: made in this browser, kept in it, and readable by nobody, this page included.
import { generateSigner, type Signer, signerOf } from "@policyledger/agent";

const DATABASE = "policyledger";
const STORE = "keys";
const NAME = "agent";

/** The key that is kept, or a new one; where nothing can be kept, one for as long as the page is open. */
export async function ownSigner(): Promise<{ readonly signer: Signer; readonly isKept: boolean }> {
  try {
    const database = await opened();
    const kept = (await asked(database, "readonly", (store) => store.get(NAME))) as CryptoKeyPair | undefined;
    if (kept !== undefined) return { signer: await signerOf(kept), isKept: true };
    const { keys, ...signer } = await generateSigner();
    await asked(database, "readwrite", (store) => store.put(keys, NAME));
    return { signer, isKept: true };
  } catch {
    return { signer: await generateSigner(), isKept: false };
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return settled(request);
}

function asked(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  return settled(ask(database.transaction(STORE, mode).objectStore(STORE)));
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
