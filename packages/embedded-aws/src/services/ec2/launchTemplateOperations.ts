import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import { principalArn } from "../../core/iam/principal";
import { operationsOf } from "../../wire/operation";
import { ClientTokens } from "./clientTokens";
import { invalidParameter, missingParameter, notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import {
  checkSpecification,
  templateDataMembers,
  templateDataRules,
  withoutUndefined,
} from "./launchSpecification";
import {
  latestVersion,
  type LaunchTemplate,
  type LaunchTemplates,
  type LaunchTemplateVersion,
  type TemplateReference,
  versionOf,
} from "./launchTemplates";
import { filteredPage, page } from "./pages";

const reference = ["LaunchTemplateId", "LaunchTemplateName"] as const;
const versionRules = {
  ...templateDataRules,
  ClientToken: { length: [0, 128] },
  VersionDescription: { length: [0, 255] },
} as const;

const FILTERS: FilterValues<LaunchTemplate> = {
  "create-time": (template) => [new Date(template.createdAt).toISOString()],
  "launch-template-name": (template) => [template.name],
};

export function launchTemplateOperations(context: CloudContext, templates: LaunchTemplates) {
  const operation = operationsOf("ec2", context);
  const createdBy = new ClientTokens<LaunchTemplate>(context);
  const versionsBy = new ClientTokens<readonly [LaunchTemplate, LaunchTemplateVersion]>(context);
  const arnOf = (id: string) => `arn:aws:ec2:${context.region}:${context.accountId}:launch-template/${id}`;
  const on =
    (action: string) =>
    (input: TemplateReference): Access[] => {
      const template = templates.get(input);
      return [{ action: `ec2:${action}`, resource: template.arn, context: resourceTagKeys(template.tags) }];
    };

  return {
    ...operation(
      "CreateLaunchTemplate",
      {
        supports: [
          "LaunchTemplateName",
          ...templateDataMembers,
          "VersionDescription",
          "ClientToken",
          ...tagSpecificationMembers,
        ],
        rules: {
          LaunchTemplateName: { pattern: /^[a-zA-Z0-9().\-/_]{3,128}$/ },
          ...versionRules,
          ...tagSpecificationRules("launch-template"),
        },
      },
      (input) => {
        const tags = tagsFor("launch-template", input.TagSpecifications);
        const keys = requestTagKeys(tags);
        const tagging = { action: "ec2:CreateTags", resource: arnOf("*") };
        return [
          { action: "ec2:CreateLaunchTemplate", resource: arnOf("*"), context: keys },
          ...(tags.size === 0
            ? []
            : [{ ...tagging, context: { "ec2:CreateAction": "CreateLaunchTemplate", ...keys } }]),
        ];
      },
      ({ ClientToken: token, ...input }, call) => {
        checkSpecification(input.LaunchTemplateData);
        const request = JSON.stringify(input);
        const known = createdBy.find(token, request);
        if (known !== undefined) return { LaunchTemplate: templateElement(known) };
        const template = templates.create(
          input.LaunchTemplateName,
          input.LaunchTemplateData,
          principalArn(call.caller),
          input.VersionDescription,
          tagsFor("launch-template", input.TagSpecifications),
        );
        createdBy.remember(token, request, template);
        return { LaunchTemplate: templateElement(template) };
      },
    ),

    ...operation(
      "CreateLaunchTemplateVersion",
      {
        supports: [
          ...reference,
          ...templateDataMembers,
          "SourceVersion",
          "VersionDescription",
          "ClientToken",
        ],
        rules: versionRules,
      },
      on("CreateLaunchTemplateVersion"),
      ({ ClientToken: token, ...input }, call) => {
        checkSpecification(input.LaunchTemplateData);
        const request = JSON.stringify(input);
        const known = versionsBy.find(token, request);
        if (known !== undefined) return { LaunchTemplateVersion: versionElement(...known) };
        const template = templates.get(input);
        const source = input.SourceVersion === undefined ? {} : versionOf(template, input.SourceVersion).data;
        const data = { ...source, ...withoutUndefined(input.LaunchTemplateData) };
        const author = principalArn(call.caller);
        const version = templates.addVersion(template, data, author, input.VersionDescription);
        versionsBy.remember(token, request, [template, version]);
        return { LaunchTemplateVersion: versionElement(template, version) };
      },
    ),

    ...operation(
      "ModifyLaunchTemplate",
      {
        supports: [...reference, "DefaultVersion", "ClientToken"],
        rules: { ClientToken: versionRules.ClientToken },
      },
      on("ModifyLaunchTemplate"),
      (input) => {
        if (input.DefaultVersion === undefined) throw missingParameter("SetDefaultVersion");
        const template = templates.get(input);
        template.defaultVersion = versionOf(template, input.DefaultVersion).number;
        return { LaunchTemplate: templateElement(template) };
      },
    ),

    ...operation(
      "DeleteLaunchTemplateVersions",
      { supports: [...reference, "Versions"], rules: { Versions: { length: [1, 200] } } },
      on("DeleteLaunchTemplateVersions"),
      (input) => {
        const template = templates.get(input);
        const answers = input.Versions.map((text) => ({
          text,
          refused: deleteVersion(template, Number(text)),
        }));
        const named = (text: string) => ({
          LaunchTemplateId: template.id,
          LaunchTemplateName: template.name,
          VersionNumber: Number(text),
        });
        return {
          SuccessfullyDeletedLaunchTemplateVersions: answers.flatMap(({ text, refused }) =>
            refused === undefined ? [named(text)] : [],
          ),
          UnsuccessfullyDeletedLaunchTemplateVersions: answers.flatMap(({ text, refused }) =>
            refused === undefined ? [] : [{ ...named(text), ResponseError: refused }],
          ),
        };
      },
    ),

    ...operation("DeleteLaunchTemplate", { supports: reference }, on("DeleteLaunchTemplate"), (input) => {
      const template = templates.get(input);
      templates.delete(template);
      return { LaunchTemplate: templateElement(template) };
    }),

    ...operation(
      "DescribeLaunchTemplates",
      {
        supports: ["LaunchTemplateIds", "LaunchTemplateNames", "Filters", "MaxResults", "NextToken"],
        rules: { LaunchTemplateIds: ids, LaunchTemplateNames: ids, ...describeRules },
      },
      () => [{ action: "ec2:DescribeLaunchTemplates", resource: "*" }],
      ({ LaunchTemplateIds = [], LaunchTemplateNames = [], ...query }) => {
        const all = templates.list();
        const unknownIds = LaunchTemplateIds.filter((id) => !all.some((template) => template.id === id));
        if (unknownIds.length > 0)
          throw notFound("InvalidLaunchTemplateId.NotFound", "launch template ID", unknownIds);
        const unknownNames = LaunchTemplateNames.filter(
          (name) => !all.some((template) => template.name === name),
        );
        if (unknownNames.length > 0) {
          throw notFound("InvalidLaunchTemplateName.NotFoundException", "launch template name", unknownNames);
        }
        const asked = all.filter(
          ({ id, name }) =>
            (LaunchTemplateIds.length === 0 || LaunchTemplateIds.includes(id)) &&
            (LaunchTemplateNames.length === 0 || LaunchTemplateNames.includes(name)),
        );
        const { items, NextToken } = filteredPage(asked, query, FILTERS, (template) => template.tags);
        return { LaunchTemplates: items.map(templateElement), NextToken };
      },
    ),

    ...operation(
      "DescribeLaunchTemplateVersions",
      {
        supports: [...reference, "Versions", "MinVersion", "MaxVersion", "MaxResults", "NextToken"],
        rules: { MaxResults: describeRules.MaxResults },
      },
      () => [{ action: "ec2:DescribeLaunchTemplateVersions", resource: "*" }],
      (input) => {
        const versions = wantedVersions(templates, input);
        const { items, NextToken } = page(versions, input);
        return {
          LaunchTemplateVersions: items.map(({ template, version }) => versionElement(template, version)),
          NextToken,
        };
      },
    ),
  };
}

interface VersionsWanted extends TemplateReference {
  readonly Versions?: readonly string[];
  readonly MinVersion?: string;
  readonly MaxVersion?: string;
}

/** The model has these numbers as texts. */
function versionNumber(parameter: string, text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw invalidParameter(
    `Value (${text}) for parameter ${parameter} is invalid; expected a version's number`,
  );
}

function wantedVersions(
  templates: LaunchTemplates,
  wanted: VersionsWanted,
): { readonly template: LaunchTemplate; readonly version: LaunchTemplateVersion }[] {
  const names = wanted.Versions?.length === 0 ? undefined : wanted.Versions;
  const lowest = versionNumber("minVersion", wanted.MinVersion ?? "1");
  const highest = wanted.MaxVersion === undefined ? Infinity : versionNumber("maxVersion", wanted.MaxVersion);
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

function templateElement(template: LaunchTemplate) {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latestVersion(template),
    Tags: tagSet(template.tags),
  };
}

function versionElement(template: LaunchTemplate, version: LaunchTemplateVersion) {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: version.createdBy,
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: version.data,
  };
}

/** Why a version stays; undefined when it is gone. The default version cannot go, nor can one that is not there. */
function deleteVersion(template: LaunchTemplate, number: number) {
  if (number === template.defaultVersion) {
    return {
      Code: "unexpectedError",
      Message: `Cannot delete the default version ${number} of a launch template; make another the default first`,
    } as const;
  }
  if (template.versions.delete(number)) return undefined;
  return {
    Code: "launchTemplateVersionDoesNotExist",
    Message: `There is no version ${number} of ${template.id}`,
  } as const;
}
