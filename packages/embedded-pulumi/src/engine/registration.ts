import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
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
  /** Why the embedded engine must refuse it, when it asks for what only a real deployment does. */
  readonly unsupported?: string;
}

/**
 * Options that steer later updates and deletions (`ignoreChanges`, `replaceOnChanges`, `deleteBeforeReplace`,
 * `retainOnDelete`, `deletedWith`, `aliases`, timeouts) have no effect on a first creation and are accepted.
 */
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
    ...(unsupported === undefined ? {} : { unsupported }),
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
