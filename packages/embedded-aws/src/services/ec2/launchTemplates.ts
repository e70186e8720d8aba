import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { invalidCombination, missingParameter, notFound } from "./errors";
import type { LaunchSpecification } from "./launchSpecification";
import { largest } from "../../core/lists";

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly tags: Map<string, string>;
  defaultVersion: number;
  /** Numbers of deleted versions are not used again. */
  versionsMade: number;
  /** By number, from 1 on. */
  readonly versions: Map<number, LaunchTemplateVersion>;
}

export interface LaunchTemplateVersion {
  readonly number: number;
  readonly description?: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly data: LaunchSpecification;
}

/** How a request names a template: by exactly one of the two. */
export interface TemplateReference {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

export class LaunchTemplates {
  readonly #byId = new Map<string, LaunchTemplate>();

  constructor(private readonly context: CloudContext) {}

  list(): readonly LaunchTemplate[] {
    return [...this.#byId.values()];
  }

  create(
    name: string,
    data: LaunchSpecification,
    createdBy: string,
    description: string | undefined,
    tags: ReadonlyMap<string, string>,
  ): LaunchTemplate {
    if (this.#byName(name) !== undefined) {
      throw new AwsError(
        "InvalidLaunchTemplateName.AlreadyExistsException",
        `Launch template name already in use: ${name}`,
      );
    }
    const { region, accountId, random, clock } = this.context;
    const id = `lt-0${random.hex(16)}`;
    const template: LaunchTemplate = {
      id,
      name,
      arn: `arn:aws:ec2:${region}:${accountId}:launch-template/${id}`,
      createdAt: clock.now(),
      createdBy,
      tags: new Map(tags),
      defaultVersion: 1,
      versionsMade: 0,
      versions: new Map(),
    };
    this.addVersion(template, data, createdBy, description);
    this.#byId.set(id, template);
    return template;
  }

  addVersion(
    template: LaunchTemplate,
    data: LaunchSpecification,
    createdBy: string,
    description: string | undefined,
  ): LaunchTemplateVersion {
    const number = ++template.versionsMade;
    const version: LaunchTemplateVersion = {
      number,
      createdAt: this.context.clock.now(),
      createdBy,
      data,
      ...(description === undefined ? {} : { description }),
    };
    template.versions.set(number, version);
    return version;
  }

  delete(template: LaunchTemplate): void {
    this.#byId.delete(template.id);
  }

  byId(id: string): LaunchTemplate | undefined {
    return this.#byId.get(id);
  }

  get({ LaunchTemplateId: id, LaunchTemplateName: name }: TemplateReference): LaunchTemplate {
    if (id === undefined && name === undefined) {
      throw missingParameter("LaunchTemplateId or LaunchTemplateName");
    }
    if (id !== undefined && name !== undefined) {
      throw invalidCombination(
        "LaunchTemplateId and LaunchTemplateName may not be used together; expected one of them",
      );
    }
    if (id !== undefined) {
      const template = this.#byId.get(id);
      if (template === undefined)
        throw notFound("InvalidLaunchTemplateId.NotFound", "launch template ID", [id]);
      return template;
    }
    const template = this.#byName(name ?? "");
    if (template === undefined) {
      throw notFound("InvalidLaunchTemplateName.NotFoundException", "launch template name", [name ?? ""]);
    }
    return template;
  }

  #byName(name: string): LaunchTemplate | undefined {
    return this.list().find((template) => template.name === name);
  }
}

export function latestVersion(template: LaunchTemplate): number {
  return largest(template.versions.keys(), 0);
}

/** A version by its number, "$Latest" or "$Default". */
export function versionOf(template: LaunchTemplate, version: string): LaunchTemplateVersion {
  const number =
    version === "$Latest"
      ? latestVersion(template)
      : version === "$Default"
        ? template.defaultVersion
        : Number(version);
  const found = template.versions.get(number);
  if (found === undefined) {
    throw new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find launch template version ${version} of ${template.id}; expected $Latest, $Default or one of ${[...template.versions.keys()].join(", ")}`,
    );
  }
  return found;
}
