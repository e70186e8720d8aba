/**
 * How many of `all` runs of a property or simulation there are: a fifth while somebody works on the code, all of them
 * with ALL_RUNS=1, as in CI (`npm run test:properties`).
 */
export function runs(all: number): number {
  return process.env.ALL_RUNS === "1" ? all : Math.ceil(all / 5);
}

/**
 * As `runs`, for a simulation that stands for a figure: RUNS=100000 has it run so often, whatever `all` is.
 */
export function simulations(all: number): number {
  const asked = Number(process.env.RUNS ?? "");
  return Number.isInteger(asked) && asked > 0 ? asked : runs(all);
}
