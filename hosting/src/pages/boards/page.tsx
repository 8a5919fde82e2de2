// Marketplace.
import { useEffect } from "preact/hooks";

export function BoardsPage() {
  useEffect(() => {
    document.title = "Marketplace · PolicyLedger";
  }, []);
  return <h1>Marketplace</h1>;
}
