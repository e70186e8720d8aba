/** Supply and demand over one step of time, both in instances. */
export interface Sample {
  readonly demand: number;
  readonly supply: number;
}

/**
 * How well supply followed demand: the elasticity metrics of SPEC's research group, in percent.
 *
 * All are means over the samples, which stand for equally long steps.
 */
export interface Elasticity {
  /** θ_U: the share of the demand that was not supplied. */
  readonly shortfall: number;
  /** θ_O: what was supplied beyond the demand, relative to the demand. */
  readonly excess: number;
  /** τ_U: the share of the time in which demand exceeded supply. */
  readonly timeUnder: number;
  /** τ_O: the share of the time in which supply exceeded demand. */
  readonly timeOver: number;
}

/** θ and τ. A step without demand has no relative shortfall or excess, and adds to τ_O alone. */
export function elasticityOf(samples: readonly Sample[]): Elasticity {
  const mean = (of: (sample: Sample) => number) =>
    (100 * samples.reduce((sum, sample) => sum + of(sample), 0)) / samples.length;
  const relative = (part: number, demand: number) => (demand > 0 ? Math.max(part, 0) / demand : 0);
  return {
    shortfall: mean(({ demand, supply }) => relative(demand - supply, demand)),
    excess: mean(({ demand, supply }) => relative(supply - demand, demand)),
    timeUnder: mean(({ demand, supply }) => (demand > supply ? 1 : 0)),
    timeOver: mean(({ demand, supply }) => (supply > demand ? 1 : 0)),
  };
}

/** ν, instability in percent: the share of the steps in which supply did not move the way demand moved. */
export function instabilityOf(samples: readonly Sample[]): number {
  let disagreements = 0;
  for (const [index, sample] of samples.entries()) {
    const previous = samples[index - 1];
    if (previous === undefined) continue;
    const supplyMove = Math.sign(sample.supply - previous.supply);
    const demandMove = Math.sign(sample.demand - previous.demand);
    disagreements += Math.min(Math.abs(supplyMove - demandMove), 1);
  }
  return (100 * disagreements) / (samples.length - 1);
}
