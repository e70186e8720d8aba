import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";

type Request = messages.RegisterResourceRequest;
type Options = messages.TransformResourceOptions;

/** The options of a resource as its transforms see them: every one that was set. */
export function readOptions(request: Request): Options {
  const options = new messages.TransformResourceOptions()
    .setDependsOnList(request.getDependenciesList())
    .setIgnoreChangesList(request.getIgnorechangesList())
    .setReplaceOnChangesList(request.getReplaceonchangesList())
    .setVersion(request.getVersion())
    .setAliasesList([
      ...request.getAliasurnsList().map((urn) => new Alias().setUrn(urn)),
      ...request.getAliasesList(),
    ])
    .setProvider(request.getProvider())
    .setCustomTimeouts(request.getCustomtimeouts())
    .setPluginDownloadUrl(request.getPlugindownloadurl())
    .setDeletedWith(request.getDeletedwith())
    .setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList())
    .setHooks(request.getHooks())
    .setImport(request.getImportid())
    .setHideDiffList(request.getHidediffsList())
    .setReplaceWithList(request.getReplaceWithList())
    .setReplacementTrigger(request.getReplacementTrigger());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
  // An older field: whether it was set at all stands in another.
  if (request.getDeletebeforereplacedefined())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  copy(request.getProvidersMap(), options.getProvidersMap());
  copy(request.getPluginchecksumsMap(), options.getPluginChecksumsMap());
  return options;
}

/** Makes the options that a transform gave back those of the resource: what it took away is gone. */
export function writeOptions(request: Request, options: Options): void {
  request
    .setDependenciesList(options.getDependsOnList())
    .setIgnorechangesList(options.getIgnoreChangesList())
    .setReplaceonchangesList(options.getReplaceOnChangesList())
    .setVersion(options.getVersion())
    .setAliasurnsList([])
    .setAliasesList(options.getAliasesList())
    .setProvider(options.getProvider())
    .setCustomtimeouts(options.getCustomTimeouts())
    .setPlugindownloadurl(options.getPluginDownloadUrl())
    .setDeletedwith(options.getDeletedWith())
    .setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList())
    .setHooks(options.getHooks())
    .setImportid(options.getImport())
    .setHidediffsList(options.getHideDiffList())
    .setReplaceWithList(options.getReplaceWithList())
    .setReplacementTrigger(options.getReplacementTrigger());
  if (options.hasProtect()) request.setProtect(options.getProtect() ?? false);
  else request.clearProtect();
  if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete() ?? false);
  else request.clearRetainondelete();
  request.setDeletebeforereplacedefined(options.hasDeleteBeforeReplace());
  request.setDeletebeforereplace(options.getDeleteBeforeReplace() ?? false);
  copy(options.getProvidersMap(), request.getProvidersMap());
  copy(options.getPluginChecksumsMap(), request.getPluginchecksumsMap());
}

interface ProtobufMap<Value> {
  forEach(callback: (value: Value, key: string) => void): void;
  set(key: string, value: Value): unknown;
  clear(): void;
}

function copy<Value>(from: ProtobufMap<Value>, to: ProtobufMap<Value>): void {
  const entries: [string, Value][] = [];
  from.forEach((value, key) => entries.push([key, value]));
  to.clear();
  for (const [key, value] of entries) to.set(key, value);
}
