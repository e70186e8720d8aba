import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { Identities, Role } from "../../core/iam/identities";
import type { Rule, Rules } from "../../wire/rules";

/** Limits from the IAM API reference. */
const defaultPageSize = 100;
const largestPage = 1000;
export const mostTags = 50;

const name = (longest: number): Rule => ({ pattern: /^[\w+=,.@-]+$/, length: [1, longest] });

/** Of the members that several operations share. */
export const memberRules = {
  RoleName: name(64),
  PolicyName: name(128),
  InstanceProfileName: name(128),
  Path: { pattern: /^\/([\x21-\x7e]+\/)?$/, length: [1, 512] },
  Description: { length: [0, 1000] },
  Tags: { length: [0, mostTags] },
  "Tags.Key": { length: [1, 128] },
  "Tags.Value": { length: [0, 256] },
  MaxItems: { range: [1, largestPage] },
} as const satisfies Rules;

/** Inputs of operations on a role, and on one of its policies. */
export const byRole = { supports: ["RoleName"], rules: memberRules } as const;
export const byRoleAndPolicy = { supports: ["RoleName", "PolicyName"], rules: memberRules } as const;
export const pageOfRole = { supports: ["RoleName", "Marker", "MaxItems"], rules: memberRules } as const;

/** One page of a list, and the members by which an answer tells whether there are more. */
export function page<T>(
  list: readonly T[],
  { Marker, MaxItems = defaultPageSize }: { readonly Marker?: string; readonly MaxItems?: number },
): { readonly items: readonly T[]; readonly rest: { IsTruncated: boolean; Marker?: string } } {
  const { items, next } = pageOf(list, Marker, MaxItems, "InvalidInputException");
  return { items, rest: next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next } };
}

export function noSuchEntity(what: string): AwsError {
  return new AwsError("NoSuchEntityException", `${what} cannot be found.`, 404);
}

export function alreadyExists(what: string): AwsError {
  return new AwsError("EntityAlreadyExistsException", `${what} already exists.`, 409);
}

/** "Names are not distinguished by case" (IAM API reference, CreateRole): no two differ in it alone. */
export function isNameTaken(names: Iterable<string>, name: string): boolean {
  const lower = name.toLowerCase();
  for (const taken of names) if (taken.toLowerCase() === lower) return true;
  return false;
}

export function deleteConflict(reason: string): AwsError {
  return new AwsError("DeleteConflictException", `Cannot delete entity, ${reason}`, 409);
}

export function requireRole(identities: Identities, name: string): Role {
  const role = identities.roles.get(name);
  if (role === undefined) throw noSuchEntity(`The role with name ${name}`);
  return role;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export function tagMap(tags: readonly Tag[] = []): Map<string, string> {
  return new Map(tags.map(({ Key, Value }) => [Key, Value]));
}

export function tagList(tags: ReadonlyMap<string, string>): Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** IAM tells times to the second. */
export function iamDate(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}
