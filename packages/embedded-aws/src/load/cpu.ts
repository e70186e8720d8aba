/** CPU that an instance without work shows: between one and two percent. */
export function idleCpu(random: number): number {
  return 1 + random;
}

/**
 * The CPU, in percent, of each instance in service when the work of `demand` instances is spread evenly over
 * `inService` of them. What does not fit is not queued: 100 % is the most an instance does.
 */
export function cpuUnderLoad(demand: number, inService: number, idle: number): number {
  if (inService === 0) return idle;
  return Math.min(100, Math.max(idle, (100 * demand) / inService));
}
