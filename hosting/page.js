// Asks the service how it is and writes the answer on the page.
const place = document.getElementById("health");

try {
  const response = await fetch("/api/v1/health", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the answer was ${response.status} ${response.statusText}`);
  const { status, entries } = await response.json();
  const count = Number(entries);
  show(
    "well",
    `Status: ${status}. The ledger holds ${count.toLocaleString()} ${count === 1 ? "entry" : "entries"}.`,
  );
} catch (error) {
  show("unwell", `The service does not answer as it should: ${error.message}.`);
}

function show(state, text) {
  place.dataset.state = state;
  place.textContent = text;
}
