// Numbers as they are shown: rewards are integers in an environment's unit, exact returns in billionths of it.

const BILLION = 1e9;
const WHOLE = new Intl.NumberFormat("en");

export function reward(value: number, unit: number): string {
  return (value / unit).toFixed(unit === 1 ? 0 : 1);
}

/** Shares, visits and exact returns come from the core in billionths. */
export function fromBillionths(value: number): number {
  return value / BILLION;
}

export function exact(billionths: number, unit: number): string {
  return (fromBillionths(billionths) / unit).toFixed(2);
}

export function whole(value: number): string {
  return WHOLE.format(value);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
