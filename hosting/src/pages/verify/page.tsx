// Verify.
import { useEffect } from "preact/hooks";

export function VerifyPage() {
  useEffect(() => {
    document.title = "Verify · PolicyLedger";
  }, []);
  return <h1>Verify</h1>;
}
