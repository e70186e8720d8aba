import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Zippable, zipSync } from "fflate";
import * as pulumi from "@pulumi/pulumi";
import type { recordReferences } from "./referenceRecorder";
import {
  type Block,
  nameAttribute,
  type ResourceSchemas,
  snakeCase,
  terraformProperty,
  terraformType,
} from "./terraformSchema";

/** A resource in Terraform's JSON syntax. */
export type TerraformResource = Record<string, unknown>;
/** Resources by type and name. */
export type TerraformResources = Record<string, Record<string, TerraformResource>>;

/** Our references, as the recorder writes them; whatever else looks like one is the program's own text. */
const REFERENCE = /^\$\{aws_\w+\.[\w-]+\.\w+\}/;

/** The resources of a program as Terraform's JSON; packages of functions are written to the folder. */
export async function terraformResources(
  schemas: ResourceSchemas,
  { resources: recorded, stands }: ReturnType<typeof recordReferences>,
  directory: string,
): Promise<TerraformResources> {
  const resources: TerraformResources = {};
  for (const { type: pulumiType, name, inputs, dependencies } of recorded) {
    const type = terraformType(schemas, pulumiType);
    const block = schemas[type]?.block ?? {};
    const resource = await converted(type, block, inputs, directory, name);
    const named = nameAttribute(schemas, type);
    const attribute = named === undefined ? undefined : block.attributes?.[named];
    if (named !== undefined && attribute?.required === true) resource[named] ??= name;
    const before = recorded.filter((other) => dependencies.some((urn) => isOf(urn, other)));
    if (before.length > 0)
      resource.depends_on = before.map((other) => `${terraformType(schemas, other.type)}.${other.name}`);
    (resources[type] ??= {})[name] = lowered(type, resource);
  }
  let json = JSON.stringify(resources);
  for (const [stand, reference] of stands) json = json.replaceAll(stand, reference);
  return JSON.parse(json) as TerraformResources;
}

/** Whether a URN is that of a resource: its type comes after its parents', its name last. */
function isOf(urn: string, { type, name }: { readonly type: string; readonly name: string }): boolean {
  return urn.endsWith(`::${name}`) && (urn.split("::").at(-2) ?? "").split("$").at(-1) === type;
}

/** Provider 5.100 is older than some values that the program uses. */
function lowered(type: string, resource: TerraformResource): TerraformResource {
  if (type === "aws_lambda_function") return { ...resource, runtime: "nodejs22.x" };
  if (type === "aws_sqs_queue" && Number(resource.max_message_size) > 262_144)
    return { ...resource, max_message_size: 262_144 };
  return resource;
}

async function converted(
  type: string,
  block: Block,
  inputs: Readonly<Record<string, unknown>>,
  directory: string,
  name: string,
): Promise<TerraformResource> {
  const resource: TerraformResource = {};
  for (const [property, value] of Object.entries(inputs)) {
    if (value === undefined || value === null) continue;
    const attribute = terraformProperty(type, block, property);
    if (attribute === undefined) throw new Error(`${type} has no attribute for ${property} of "${name}"`);
    if (pulumi.asset.Archive.isInstance(value)) {
      resource[attribute] = await writePackage(value as ArchiveOfAssets, path.join(directory, `${name}.zip`));
      continue;
    }
    const nested = block.block_types?.[attribute]?.block;
    if (nested !== undefined) {
      const blocks = Array.isArray(value) ? value : [value];
      resource[attribute] = await Promise.all(
        blocks.map((inner) => converted(type, nested, inner as Record<string, unknown>, directory, name)),
      );
    } else resource[attribute] = plain(block.attributes?.[attribute]?.type, value);
  }
  return resource;
}

/** Attributes that hold objects want each member of them; maps keep their keys. */
function plain(type: unknown, value: unknown): unknown {
  if (typeof value === "string") return escaped(value);
  if (!Array.isArray(type)) return value;
  const [kind, inner] = type as [string, unknown];
  if (kind === "object") {
    const given = value as Record<string, unknown>;
    const bySnake = new Map(Object.entries(given).map(([key, member]) => [snakeCase(key), member]));
    return Object.fromEntries(
      Object.entries(inner as Record<string, unknown>).map(([key, member]) => [
        key,
        plain(member, bySnake.get(key) ?? null),
      ]),
    );
  }
  if (value === null) return null;
  if (kind === "map")
    return Object.fromEntries(
      Object.entries(value as object).map(([key, member]) => [key, plain(inner, member)]),
    );
  return (value as unknown[]).map((member) => plain(inner, member));
}

/** What Terraform would read as a template, unless it is a reference of ours. */
function escaped(text: string): string {
  return text.replace(/[$%]\{/g, (mark, at: number) =>
    REFERENCE.test(text.slice(at)) ? mark : `${mark[0]}${mark}`,
  );
}

/** What of an archive and its assets is read here. */
interface ArchiveOfAssets {
  readonly assets: Promise<Readonly<Record<string, unknown>>>;
}

async function writePackage(archive: ArchiveOfAssets, file: string): Promise<string> {
  const assets = await archive.assets;
  const entries: Zippable = {};
  for (const [name, asset] of Object.entries(assets).sort()) entries[name] = await contentOf(asset);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, zipSync(entries, { mtime: new Date(1980, 0, 1) }));
  return file;
}

async function contentOf(asset: unknown): Promise<Uint8Array> {
  const { text, path: file } = asset as { text?: Promise<string>; path?: Promise<string> };
  const content = await text;
  if (content !== undefined) return Buffer.from(content);
  return readFile((await file) ?? "");
}
