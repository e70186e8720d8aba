/**
 * How many of `all` runs of a property or simulation there are: a fifth while somebody works on the code, all of them
 * with ALL_RUNS=1, as in CI (`npm run test:properties`).
 */
export function runs(all: number): number {
  return process.env.ALL_RUNS === "1" ? all : Math.ceil(all / 5);
}
