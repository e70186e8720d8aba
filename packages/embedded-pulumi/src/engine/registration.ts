import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { type AliasSpec, readAlias } from "./aliases";
import { parsePath, type PropertyPath } from "./propertyPath";
import { mapFromWire, type PropertyMap } from "./values";

/** A program's request to register a resource, as plain data. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent?: string;
  readonly custom: boolean;
  readonly inputs: PropertyMap;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect?: boolean;
  /** The explicit provider: its URN, "::" and its id. */
  readonly provider?: string;
  readonly additionalSecretOutputs: readonly string[];
  /** What steers updates and deletions; nothing of it matters to a first creation. */
  readonly lifecycle?: Lifecycle;
  /** Why the embedded engine must refuse it, when it asks for what only a real deployment does. */
  readonly unsupported?: string;
}

/** The resource options that steer updates and deletions. */
export interface Lifecycle {
  readonly aliases: readonly AliasSpec[];
  readonly ignoreChanges: readonly PropertyPath[];
  readonly replaceOnChanges: readonly PropertyPath[];
  /** Undefined where the program leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly retainOnDelete: boolean;
  /** URNs: a replacement of any of them replaces this one. */
  readonly replaceWith: readonly string[];
  readonly deletedWith: string | undefined;
  /** As JSON; its change replaces the resource. */
  readonly replacementTrigger: string | undefined;
}

/** Of a resource whose program sets none of them. */
export const NO_LIFECYCLE: Lifecycle = {
  aliases: [],
  ignoreChanges: [],
  replaceOnChanges: [],
  deleteBeforeReplace: undefined,
  retainOnDelete: false,
  replaceWith: [],
  deletedWith: undefined,
  replacementTrigger: undefined,
};

/** Timeouts are accepted: nothing here takes so long. Throws an `Error` for a path that is none. */
export function readRegistration(request: RegisterResourceRequest): Registration {
  const parent = request.getParent();
  const provider = request.getProvider();
  const protect = request.hasProtect() ? request.getProtect() : undefined;
  const unsupported = whyUnsupported(request);
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, property) => {
    propertyDependencies[property] = [...dependencies.getUrnsList()].sort();
  });
  return {
    type: request.getType(),
    name: request.getName(),
    ...(parent === "" ? {} : { parent }),
    custom: request.getCustom(),
    inputs: mapFromWire(request.getObject()?.toJavaScript() ?? {}),
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies,
    ...(protect === undefined ? {} : { protect }),
    ...(provider === "" ? {} : { provider }),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    lifecycle: readLifecycle(request),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

function readLifecycle(request: RegisterResourceRequest): Lifecycle {
  const trigger = request.getReplacementTrigger()?.toJavaScript();
  return {
    aliases: [
      ...request.getAliasesList().map(readAlias),
      ...request.getAliasurnsList().map((urn) => ({ urn })),
    ],
    ignoreChanges: request.getIgnorechangesList().map(parsePath),
    replaceOnChanges: request.getReplaceonchangesList().map(parsePath),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    retainOnDelete: request.getRetainondelete() ?? false,
    replaceWith: request.getReplaceWithList(),
    deletedWith: request.getDeletedwith() || undefined,
    replacementTrigger: trigger === undefined || trigger === null ? undefined : JSON.stringify(trigger),
  };
}

function whyUnsupported(request: RegisterResourceRequest): string | undefined {
  if (request.getRemote()) return "components of another language are not supported by the embedded engine";
  if (request.getImportid() !== "")
    return "the resource option import is not supported by the embedded engine: there is nothing to import from";
  if (request.getPackageref() !== "")
    return "parameterized providers are not supported by the embedded engine";
  return undefined;
}
