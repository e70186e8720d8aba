import type { CloudContext } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import { type Apis, notFound } from "./apis";

export type TagMap = Record<string, string>;

/** Tags as API Gateway has them: a map for each ARN. */
export class Tags {
  readonly #store = new TagStore();

  add(arn: string, tags: Readonly<TagMap>): void {
    this.#store.add(
      arn,
      Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    );
  }

  remove(arn: string, keys: readonly string[]): void {
    this.#store.remove(arn, keys);
  }

  forget(arn: string): void {
    this.#store.forget(arn);
  }

  list(arn: string): TagMap {
    return Object.fromEntries(this.#store.list(arn).map(({ Key, Value }) => [Key, Value]));
  }
}

/** Tags of APIs and stages, by their ARNs. */
export function tagOperations(context: CloudContext, apis: Apis, tags: Tags) {
  const operation = operationsOf("apigateway", context);
  const on = (verb: string) => (input: { readonly ResourceArn: string }) => [
    { action: `apigateway:${verb}`, resource: input.ResourceArn },
  ];
  const demandThere = (arn: string) => {
    const [, apiId = "", stage] = /::\/apis\/([a-z0-9]+)(?:\/stages\/(.+))?$/.exec(arn) ?? [];
    const api = apis.find(apiId);
    const there = api !== undefined && (stage === undefined || api.stages.has(stage));
    if (!there || !arn.startsWith(apis.arnOf(""))) throw notFound("resource", arn);
  };
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceArn", "Tags"] },
      on("POST"),
      ({ ResourceArn, Tags: given = {} }) => {
        demandThere(ResourceArn);
        checkTagTotal("apigateway", Object.keys(tags.list(ResourceArn)), Object.keys(given));
        tags.add(ResourceArn, given);
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceArn", "TagKeys"] },
      on("DELETE"),
      ({ ResourceArn, TagKeys }) => {
        demandThere(ResourceArn);
        tags.remove(ResourceArn, TagKeys);
        return {};
      },
    ),
    ...operation("GetTags", { supports: ["ResourceArn"] }, on("GET"), ({ ResourceArn }) => {
      demandThere(ResourceArn);
      return { Tags: tags.list(ResourceArn) };
    }),
  };
}
