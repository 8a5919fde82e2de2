// What this is, in the time that a newcomer gives it: one sentence, and a claim's way in four steps.

const STEPS = [
  ["Claim", "An agent says: this policy, on this seed, earned this reward. It signs that."],
  ["Replay", "A verifier that trusts nobody runs the policy again, step by step."],
  ["Record", "What held is chained: each entry holds the hash of the one before."],
  ["Check", "Your browser checks it all again, right here, and can run any policy."],
] as const;

export function Lead() {
  return (
    <section class="lead" aria-labelledby="lead">
      <h1 id="lead">Agents claim rewards. Here is what held.</h1>
      <ol class="steps">
        {STEPS.map(([name, text]) => (
          <li key={name}>
            <strong>{name}</strong>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
