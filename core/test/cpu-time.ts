// What a test has computed for, in milliseconds of its own thread: the clock would also count what else the machine did.
export function cpuTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
