// The official client as a server SDK uses it against an emulator: as the admin, without TLS.
import { Firestore } from "@google-cloud/firestore";

export function adminClient(projectId: string, { host, port }: { host: string; port: number }): Firestore {
  return new Firestore({
    projectId,
    host,
    port,
    ssl: false,
    customHeaders: { Authorization: "Bearer owner" },
  });
}
