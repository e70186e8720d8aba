import type { CloudContext } from "../../core/service";
import { Capacity } from "./capacity";
import { Images } from "./images";

/** How EC2 behaves, for tests, the bench and the demonstration to set; times in milliseconds of the clock. */
export interface Ec2Controls {
  /** From launch to running; default 25 s, what Amazon Linux 2023 takes to be reachable. */
  bootMs: number;
  /** From termination to terminated; default 30 s. */
  shutdownMs: number;
  /** Until a NAT gateway or an interface endpoint is there, and until it is gone; default 2 s, at AWS a minute or two. */
  networkMs: number;
  /** How far Describe operations lag behind; default 0. EC2 promises eventual consistency only. */
  visibilityMs: number;
  readonly capacity: Capacity;
  /** Ids of instances whose status checks fail; none at first. */
  readonly impaired: Set<string>;
  /** Amazon's, and those that the cloud was started with. */
  readonly images: Images;
}

const controls = new WeakMap<CloudContext, Ec2Controls>();

/** The controls of one cloud's EC2. */
export function ec2ControlsOf(context: CloudContext): Ec2Controls {
  const known = controls.get(context);
  if (known !== undefined) return known;
  const created = {
    bootMs: 25_000,
    shutdownMs: 30_000,
    networkMs: 2_000,
    visibilityMs: 0,
    capacity: new Capacity(),
    impaired: new Set<string>(),
    images: new Images(),
  };
  controls.set(context, created);
  return created;
}
