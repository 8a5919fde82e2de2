// Train.
import { useEffect } from "preact/hooks";

export function TrainPage() {
  useEffect(() => {
    document.title = "Train · PolicyLedger";
  }, []);
  return <h1>Train</h1>;
}
