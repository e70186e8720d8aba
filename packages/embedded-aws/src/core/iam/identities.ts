import type { Session } from "../authenticate";
import type { Random } from "../random";
import { newSecret } from "../secret";
import type { Credentials } from "../service";
import type { PolicyVersions, StoredPolicy } from "./policyVersions";
import type { Settling } from "./former";
import type { Principal } from "./principal";
import { SettlingMap } from "./settlingMap";

export interface Role {
  readonly roleName: string;
  readonly roleId: string;
  readonly arn: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly createDate: number;
  description: string | undefined;
  /** Seconds. */
  maxSessionDuration: number;
  trustPolicy: StoredPolicy;
  readonly tags: Map<string, string>;
  readonly inlinePolicies: SettlingMap<string, StoredPolicy>;
  /** By ARN. */
  readonly attachedPolicies: SettlingMap<string, ManagedPolicy>;
  /** From when other services know the role. */
  readonly settlesAt: number;
}

export interface ManagedPolicy {
  readonly policyName: string;
  readonly policyId: string;
  readonly arn: string;
  readonly path: string;
  readonly createDate: number;
  readonly description: string | undefined;
  readonly tags: Map<string, string>;
  readonly versions: PolicyVersions;
}

export interface InstanceProfile {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly createDate: number;
  readonly tags: Map<string, string>;
  /** From when other services know the instance profile. */
  readonly settlesAt: number;
  role: Role | undefined;
}

export type RolePrincipal = Extract<Principal, { kind: "role" }>;

const idCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An identifier as IAM makes them: a prefix that tells the kind, and capital letters and digits. */
export function iamId(random: Random, prefix: "AROA" | "ANPA" | "AIPA" | "ASIA", length: 16 | 17): string {
  let id: string = prefix;
  for (let i = 0; i < length; i++) id += idCharacters.charAt(Math.floor(random.next() * idCharacters.length));
  return id;
}

/** What the account's IAM knows: roles, policies, instance profiles, and the sessions of roles. */
export class Identities {
  readonly roles = new Map<string, Role>();
  readonly policies = new Map<string, ManagedPolicy>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  readonly #sessions = new Map<string, Session>();

  /** @param settling when a change of this moment counts outside of IAM */
  constructor(
    private readonly accountId: string,
    private readonly random: Random,
    readonly settling: Settling,
  ) {}

  /** What of a role does not count at once. */
  newcomer(): Pick<Role, "inlinePolicies" | "attachedPolicies" | "settlesAt"> {
    return {
      inlinePolicies: new SettlingMap(this.settling),
      attachedPolicies: new SettlingMap(this.settling),
      settlesAt: this.settling.settlesAt(),
    };
  }

  /** Whether other services know a role, or an instance profile, by its ARN at `now`. */
  isSettled(arn: string, now: number): boolean {
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    const found = arn.includes(":instance-profile/") ? this.instanceProfiles.get(name) : this.roles.get(name);
    return found?.arn === arn && found.settlesAt <= now;
  }

  /** The unique id of the role that has this ARN. */
  idOfRole(arn: string): string | undefined {
    const found = this.roles.get(arn.slice(arn.lastIndexOf("/") + 1));
    return found?.arn === arn ? found.roleId : undefined;
  }

  /** Credentials of a new session. Without an end they never expire: a function's environment outlives any session of AWS's. */
  issueCredentials(roleName: string, sessionName: string, expiresAt?: number): Credentials {
    const principal: RolePrincipal = { kind: "role", accountId: this.accountId, roleName, sessionName };
    const credentials = {
      accessKeyId: iamId(this.random, "ASIA", 16),
      secretAccessKey: newSecret(30, "base64"),
      sessionToken: newSecret(32, "hex"),
    };
    this.#sessions.set(credentials.accessKeyId, {
      principal,
      credentials,
      expiresAt,
      signingKeys: new Map(),
    });
    return credentials;
  }

  /** The session that has this access key, or undefined when the cloud has not issued it. */
  sessionOf(accessKeyId: string): Session | undefined {
    return this.#sessions.get(accessKeyId);
  }
}
