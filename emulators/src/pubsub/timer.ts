// Time, passed in so that tests of deadlines need not wait.

export type Now = () => number;

/** Calls back once after so many milliseconds; returns what calls it off. */
export type SetTimer = (work: () => void, ms: number) => () => void;

export const setTimer: SetTimer = (work, ms) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};
