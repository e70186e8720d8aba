/**
 * What EC2 has to give: unlimited, unless a test or a demonstration says otherwise. What terminates makes no
 * room in a zone by itself: say so again.
 */
export class Capacity {
  /** The account's quota: instances that may be pending or running at once. */
  instanceLimit = Infinity;
  readonly #free = new Map<string, number>();

  /** Lets at most `instances` more be launched in `zone`; Infinity lifts the limit. */
  limitZone(zone: string, instances: number): void {
    this.#free.set(zone, instances);
  }

  freeIn(zone: string): number {
    return this.#free.get(zone) ?? Infinity;
  }

  take(zone: string, instances: number): void {
    this.#free.set(zone, this.freeIn(zone) - instances);
  }
}
