// How it works.
import { useEffect } from "preact/hooks";

export function HowPage() {
  useEffect(() => {
    document.title = "How it works · PolicyLedger";
  }, []);
  return <h1>How it works</h1>;
}
