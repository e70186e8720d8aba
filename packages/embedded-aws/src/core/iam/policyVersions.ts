import { Former, type Settling } from "./former";
import type { PolicyDocument } from "./policyDocument";

/** A policy as it was written, and as it is evaluated. */
export interface StoredPolicy {
  readonly text: string;
  readonly document: PolicyDocument;
}

export interface PolicyVersion extends StoredPolicy {
  /** "v1" */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createDate: number;
}

/** The versions of a managed policy. One of them, the default, counts; numbers are never used again. */
export class PolicyVersions {
  readonly #byId = new Map<string, PolicyVersion>();
  #last = 0;
  #default: PolicyVersion;
  #newest: PolicyVersion;
  /** The defaults before each change that does not count yet. */
  readonly #former: Former<PolicyVersion>;

  constructor(first: StoredPolicy, createDate: number, settling: Settling) {
    this.#former = new Former(settling);
    this.#default = this.#newest = this.add(first, createDate);
  }

  get default(): PolicyVersion {
    return this.#default;
  }

  /** The last one that was made, be it deleted since. */
  get newest(): PolicyVersion {
    return this.#newest;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The version that counts at `now`. */
  inForce(now: number): PolicyVersion {
    return this.#former.inForce(now) ?? this.#default;
  }

  list(): readonly PolicyVersion[] {
    return [...this.#byId.values()];
  }

  get(id: string): PolicyVersion | undefined {
    return this.#byId.get(id);
  }

  add({ text, document }: StoredPolicy, createDate: number): PolicyVersion {
    const version = { id: `v${++this.#last}`, text, document, createDate };
    this.#byId.set(version.id, version);
    this.#newest = version;
    return version;
  }

  setDefault(version: PolicyVersion): void {
    this.#former.push(this.#default);
    this.#default = version;
  }

  /** Must not be the default. */
  delete(version: PolicyVersion): void {
    this.#byId.delete(version.id);
  }
}
