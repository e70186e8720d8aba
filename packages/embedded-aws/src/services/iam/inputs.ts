import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { wireInteger } from "../../core/protocols/wireValues";
import type { Identities, Role } from "../../core/iam/identities";

/** Limits from the IAM API reference. */
const nameCharacters = /^[\w+=,.@-]+$/;
const longestRoleName = 64;
const longestName = 128;
const mostTags = 50;
const defaultPageSize = 100;
const largestPage = 1000;

export const roleName = v.pipe(v.string(), v.regex(nameCharacters), v.maxLength(longestRoleName));
export const policyName = v.pipe(v.string(), v.regex(nameCharacters), v.maxLength(longestName));
export const path = v.optional(v.pipe(v.string(), v.regex(/^\/([\x21-\x7e]+\/)?$/), v.maxLength(512)), "/");
export const tags = v.optional(
  v.pipe(
    v.array(
      v.strictObject({
        Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
        Value: v.pipe(v.string(), v.maxLength(256)),
      }),
    ),
    v.maxLength(mostTags),
  ),
  [],
);
/** Members of every List operation. */
export const paging = {
  Marker: v.optional(v.string()),
  MaxItems: v.optional(v.pipe(wireInteger, v.minValue(1), v.maxValue(largestPage)), defaultPageSize),
};

/** One page of a list, and the members by which an answer tells whether there are more. */
export function page<T>(
  list: readonly T[],
  { Marker, MaxItems }: { readonly Marker?: string | undefined; readonly MaxItems: number },
): { readonly items: readonly T[]; readonly rest: { IsTruncated: boolean; Marker?: string } } {
  const { items, next } = pageOf(list, Marker, MaxItems, "InvalidInput");
  return { items, rest: next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next } };
}

export function noSuchEntity(what: string): AwsError {
  return new AwsError("NoSuchEntity", `${what} cannot be found.`, 404);
}

export function alreadyExists(what: string): AwsError {
  return new AwsError("EntityAlreadyExists", `${what} already exists.`, 409);
}

export function deleteConflict(reason: string): AwsError {
  return new AwsError("DeleteConflict", `Cannot delete entity, ${reason}`, 409);
}

export function requireRole(identities: Identities, name: string): Role {
  const role = identities.roles.get(name);
  if (role === undefined) throw noSuchEntity(`The role with name ${name}`);
  return role;
}

/** IAM writes times to the second. */
export function iamDate(time: number): string {
  return new Date(time).toISOString().replace(/\.[0-9]{3}Z$/, "Z");
}
