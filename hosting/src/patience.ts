// How long a page waits for the service: a reader waits for seconds, and asks again; a program waits for minutes.
export const PATIENCE = { retries: 2, timeout: 10_000, maxPause: 5_000 } as const;
