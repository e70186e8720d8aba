import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import { principalArn } from "../../core/iam/principal";
import { notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { Filters, Ids, integer, paging, Tags } from "./inputs";
import { tagSet } from "./instance";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import { LaunchTemplateData } from "./launchSpecification";
import {
  latestVersion,
  type LaunchTemplate,
  type LaunchTemplates,
  type LaunchTemplateVersion,
  versionOf,
} from "./launchTemplates";
import { launchTemplateDataElement } from "./launchTemplateElement";

const Name = v.pipe(v.string(), v.regex(/^[a-zA-Z0-9().\-/_]{3,128}$/));
const Reference = { LaunchTemplateId: v.optional(v.string()), LaunchTemplateName: v.optional(v.string()) };
const ClientToken = v.optional(v.pipe(v.string(), v.maxLength(128)));
const VersionDescription = v.optional(v.pipe(v.string(), v.maxLength(255)));

const FILTERS: FilterValues<LaunchTemplate> = {
  "create-time": (template) => [new Date(template.createdAt).toISOString()],
  "launch-template-name": (template) => [template.name],
};

/** Client tokens of these operations are taken and not remembered: a second creation fails on the name. */
export function launchTemplateOperations(
  context: CloudContext,
  templates: LaunchTemplates,
): Record<string, Operation> {
  const arnOf = (id: string) => `arn:aws:ec2:${context.region}:${context.accountId}:launch-template/${id}`;
  const on =
    (action: string) =>
    (input: Parameters<LaunchTemplates["get"]>[0]): Access[] => {
      const template = templates.get(input);
      return [{ action: `ec2:${action}`, resource: template.arn, context: resourceTagKeys(template.tags) }];
    };
  const tagsOf = (specifications: readonly { readonly Tag: readonly { Key: string; Value: string }[] }[]) =>
    new Map(specifications.flatMap((given) => given.Tag.map((tag) => [tag.Key, tag.Value])));

  return {
    CreateLaunchTemplate: operation(
      context,
      v.strictObject({
        LaunchTemplateName: Name,
        LaunchTemplateData,
        VersionDescription,
        ClientToken,
        TagSpecification: v.optional(
          v.array(v.strictObject({ ResourceType: v.literal("launch-template"), Tag: v.optional(Tags, []) })),
          [],
        ),
      }),
      (input) => {
        const tags = tagsOf(input.TagSpecification);
        const keys = requestTagKeys(tags);
        const tagging = { action: "ec2:CreateTags", resource: arnOf("*") };
        return [
          { action: "ec2:CreateLaunchTemplate", resource: arnOf("*"), context: keys },
          ...(tags.size === 0
            ? []
            : [{ ...tagging, context: { "ec2:CreateAction": "CreateLaunchTemplate", ...keys } }]),
        ];
      },
      (input, call) => {
        const template = templates.create(
          input.LaunchTemplateName,
          input.LaunchTemplateData,
          principalArn(call.caller),
          input.VersionDescription,
          tagsOf(input.TagSpecification),
        );
        return { launchTemplate: templateElement(template) };
      },
    ),

    CreateLaunchTemplateVersion: operation(
      context,
      v.strictObject({
        ...Reference,
        LaunchTemplateData,
        SourceVersion: v.optional(v.string()),
        VersionDescription,
        ClientToken,
      }),
      on("CreateLaunchTemplateVersion"),
      (input, call) => {
        const template = templates.get(input);
        const source = input.SourceVersion === undefined ? {} : versionOf(template, input.SourceVersion).data;
        const data = { ...source, ...input.LaunchTemplateData };
        const createdBy = principalArn(call.caller);
        const version = templates.addVersion(template, data, createdBy, input.VersionDescription);
        return { launchTemplateVersion: versionElement(template, version) };
      },
    ),

    ModifyLaunchTemplate: operation(
      context,
      v.strictObject({ ...Reference, SetDefaultVersion: v.string(), ClientToken }),
      on("ModifyLaunchTemplate"),
      (input) => {
        const template = templates.get(input);
        template.defaultVersion = versionOf(template, input.SetDefaultVersion).number;
        return { launchTemplate: templateElement(template) };
      },
    ),

    DeleteLaunchTemplate: operation(
      context,
      v.strictObject(Reference),
      on("DeleteLaunchTemplate"),
      (input) => {
        const template = templates.get(input);
        templates.delete(template);
        return { launchTemplate: templateElement(template) };
      },
    ),

    DescribeLaunchTemplates: operation(
      context,
      v.strictObject({ LaunchTemplateId: Ids, LaunchTemplateName: Ids, Filter: Filters, ...paging }),
      () => [{ action: "ec2:DescribeLaunchTemplates", resource: "*" }],
      (input) => {
        const { LaunchTemplateId: ids, LaunchTemplateName: names } = input;
        const all = templates.list();
        const unknownIds = (ids ?? []).filter((id) => !all.some((template) => template.id === id));
        if (unknownIds.length > 0)
          throw notFound("InvalidLaunchTemplateId.NotFound", "launch template ID", unknownIds);
        const unknownNames = (names ?? []).filter((name) => !all.some((template) => template.name === name));
        if (unknownNames.length > 0) {
          throw notFound("InvalidLaunchTemplateName.NotFoundException", "launch template name", unknownNames);
        }
        const asked = all.filter(
          (template) => (ids?.includes(template.id) ?? true) && (names?.includes(template.name) ?? true),
        );
        const wanted = applyFilters(asked, input.Filter, FILTERS, (template) => template.tags);
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxResults, "InvalidNextToken");
        return {
          launchTemplates: items.map(templateElement),
          ...(next === undefined ? {} : { nextToken: next }),
        };
      },
    ),

    DescribeLaunchTemplateVersions: operation(
      context,
      v.strictObject({
        ...Reference,
        LaunchTemplateVersion: v.optional(v.array(v.string())),
        MinVersion: v.optional(integer(1, 1e9)),
        MaxVersion: v.optional(integer(1, 1e9)),
        ...paging,
      }),
      () => [{ action: "ec2:DescribeLaunchTemplateVersions", resource: "*" }],
      (input) => {
        const versions = wantedVersions(templates, input);
        const { items, next } = pageOf(versions, input.NextToken, input.MaxResults, "InvalidNextToken");
        return {
          launchTemplateVersionSet: items.map(({ template, version }) => versionElement(template, version)),
          ...(next === undefined ? {} : { nextToken: next }),
        };
      },
    ),
  };
}

interface VersionsWanted {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly LaunchTemplateVersion?: readonly string[] | undefined;
  readonly MinVersion?: number | undefined;
  readonly MaxVersion?: number | undefined;
}

function wantedVersions(
  templates: LaunchTemplates,
  wanted: VersionsWanted,
): { readonly template: LaunchTemplate; readonly version: LaunchTemplateVersion }[] {
  const { LaunchTemplateVersion: names, MinVersion: lowest = 1, MaxVersion: highest = Infinity } = wanted;
  if (wanted.LaunchTemplateId === undefined && wanted.LaunchTemplateName === undefined) {
    const unnumbered = names?.every((name) => name === "$Latest" || name === "$Default") ?? false;
    if (names === undefined || !unnumbered) {
      throw new AwsError(
        "MissingParameter",
        "Without LaunchTemplateId or LaunchTemplateName, expected LaunchTemplateVersion to be $Latest or $Default",
      );
    }
    return templates
      .list()
      .flatMap((template) => names.map((name) => ({ template, version: versionOf(template, name) })));
  }
  const template = templates.get(wanted);
  const versions =
    names === undefined
      ? [...template.versions.values()]
          .filter(({ number }) => number >= lowest && number <= highest)
          .reverse()
      : names.map((name) => versionOf(template, name));
  return versions.map((version) => ({ template, version }));
}

function templateElement(template: LaunchTemplate): object {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    createTime: new Date(template.createdAt),
    createdBy: template.createdBy,
    defaultVersionNumber: template.defaultVersion,
    latestVersionNumber: latestVersion(template),
    tagSet: tagSet(template.tags),
  };
}

function versionElement(template: LaunchTemplate, version: LaunchTemplateVersion): object {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: version.number,
    ...(version.description === undefined ? {} : { versionDescription: version.description }),
    createTime: new Date(version.createdAt),
    createdBy: version.createdBy,
    defaultVersion: version.number === template.defaultVersion,
    launchTemplateData: launchTemplateDataElement(version.data),
  };
}
