// Makes of many calls at once few runs, one after the other: who calls while a run is going on gets the one after it,
// which sees all that was there when it was called.

export function onceAtATime(run: () => Promise<unknown>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  const start = (): Promise<void> => {
    const mine = Promise.resolve()
      .then(run)
      .then(() => {})
      .finally(() => {
        if (current === mine) current = null;
      });
    current = mine;
    return mine;
  };

  return () => {
    if (following !== null) return following;
    if (current === null) return start();
    following = current
      .catch(() => {})
      .then(() => {
        following = null;
        return start();
      });
    return following;
  };
}
