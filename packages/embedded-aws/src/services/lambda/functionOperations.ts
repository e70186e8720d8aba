import { join } from "node:path";
import { AwsError } from "../../core/errors";
import { elsewhere, isOwnArn } from "../../core/ownArn";
import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { unpackArchive } from "./archive";
import { describeFunction, describeVersion, pageOf } from "./description";
import { byName, createFunctionInput, updateCodeInput, updateConfigurationInput } from "./functionInputs";
import { checkKeyOfFunction } from "./functionKey";
import type { FunctionStore } from "./functionStore";
import type { Invoker } from "./invoker";
import { checkRevision, LATEST, type LambdaFunction } from "./lambdaFunction";
import { checkRole } from "./role";
import { applyConfiguration, defaultSettings } from "./settings";
import { publishVersion, revisionOf, revisionsOf } from "./versions";

/** What the operations on functions work with. */
export interface FunctionParts {
  readonly context: CloudContext;
  readonly store: FunctionStore;
  readonly invoker: Invoker;
  /** Called after a function is gone. */
  readonly onCreate: (fn: LambdaFunction) => Promise<void>;
  readonly onDelete: (fn: LambdaFunction) => void;
}

/** Creating, showing, changing and deleting functions. */
export function functionOperations({ context, store, invoker, onCreate, onDelete }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on =
    (action: string) =>
    (input: { readonly FunctionName: string }): readonly Access[] => [
      { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
    ];
  let archives = 0;
  const directoryFor = (name: string) => join(context.directory, "functions", `${name}-${++archives}`);
  const { folders } = invoker;
  const deleteVersion = (fn: LambdaFunction, version: string) => {
    const revision = fn.versions.get(version);
    if (revision === undefined) {
      const what = version === LATEST ? "$LATEST version" : `Alias ${version}`;
      throw invalid(`${what} cannot be deleted without deleting the function.`);
    }
    const users = [...fn.aliases.values()].filter(
      (alias) => alias.version === version || alias.additional?.version === version,
    );
    if (users.length > 0) {
      throw new AwsError(
        "ResourceConflictException",
        `Version ${version} of ${fn.name} is what these aliases point to: ${users.map(({ name }) => name).join(", ")}. Change or delete them first.`,
      );
    }
    fn.versions.delete(version);
    fn.policies.delete(version);
    fn.asyncInvoke.delete(version);
    invoker.renew(revision, "the version was deleted");
    folders.sweep();
  };
  const touch = (fn: LambdaFunction) => {
    fn.lastModified = context.clock.now();
    fn.revisionId = context.random.uuid();
  };

  const checkDeadLetterPlace = (arn = "") => {
    if (arn.startsWith("arn:") && !isOwnArn(context, arn)) throw elsewhere("The dead-letter queue", arn);
  };

  return {
    ...operation(
      "CreateFunction",
      createFunctionInput,
      (input) => [
        ...on("CreateFunction")(input),
        {
          action: "iam:PassRole",
          resource: input.Role,
          context: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ],
      async (input, { caller }) => {
        const { FunctionName, Code, Architectures, Tags = {}, Runtime, Role, Handler } = input;
        const name = store.nameOf(FunctionName);
        if (Runtime === undefined || Handler === undefined) {
          throw invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
          );
        }
        const checkFree = () => {
          if (!store.has(name)) return;
          throw new AwsError("ResourceConflictException", `Function already exist: ${name}`);
        };
        checkFree();
        await checkRole(context, Role);
        checkDeadLetterPlace(input.DeadLetterConfig?.TargetArn);
        const settings = {
          ...applyConfiguration(name, defaultSettings(name, { Runtime, Role, Handler }), input),
          ...(Architectures !== undefined && { Architectures }),
          grantedTo: context.idOfRole(Role),
        };
        checkKeyOfFunction(context, store.arnOf(name), settings.KMSKeyArn, caller);
        const code = await unpackArchive(given(Code.ZipFile), directoryFor(name));
        folders.add(code.directory);
        // Somebody else may have taken the name meanwhile.
        checkFree();
        const fn: LambdaFunction = {
          name,
          arn: store.arnOf(name),
          version: LATEST,
          settings,
          code,
          lastModified: context.clock.now(),
          revisionId: context.random.uuid(),
          tags: Tags,
          versions: new Map(),
          lastVersion: 0,
          aliases: new Map(),
          policies: new Map(),
          asyncInvoke: new Map(),
        };
        store.add(fn);
        await onCreate(fn);
        return input.Publish === true ? describeVersion(publishVersion(context, fn)) : describeFunction(fn);
      },
    ),

    ...operation("GetFunction", byName, on("GetFunction"), (input) => {
      const { fn, qualifier, arn } = store.named(input);
      const revision = revisionOf({ fn, qualifier });
      return {
        Configuration: describeFunction(revision, arn),
        Code: { RepositoryType: "S3", Location: `file://${revision.code.directory}` },
        ...(Object.keys(fn.tags).length > 0 && { Tags: fn.tags }),
        ...(fn.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
        }),
      };
    }),

    ...operation("GetFunctionConfiguration", byName, on("GetFunctionConfiguration"), (input) => {
      const named = store.named(input);
      return describeFunction(revisionOf(named), named.arn);
    }),

    ...operation(
      "UpdateFunctionConfiguration",
      updateConfigurationInput,
      on("UpdateFunctionConfiguration"),
      async (input, { caller }) => {
        const fn = store.get(input.FunctionName);
        checkRevision(fn, input.RevisionId);
        if (input.Role !== undefined) await checkRole(context, input.Role);
        checkDeadLetterPlace(input.DeadLetterConfig?.TargetArn);
        const settings = applyConfiguration(fn.name, fn.settings, input);
        const encrypts =
          input.KMSKeyArn !== undefined || input.Environment !== undefined || input.Role !== undefined;
        if (encrypts) checkKeyOfFunction(context, fn.arn, settings.KMSKeyArn, caller);
        fn.settings = encrypts ? { ...settings, grantedTo: context.idOfRole(settings.Role) } : settings;
        touch(fn);
        invoker.renew(fn, "the function's configuration changed");
        return describeFunction(fn);
      },
    ),

    ...operation("UpdateFunctionCode", updateCodeInput, on("UpdateFunctionCode"), async (input) => {
      checkRevision(store.get(input.FunctionName), input.RevisionId);
      // A new directory: invocations that are running keep the code that they began with.
      const code = await unpackArchive(given(input.ZipFile), directoryFor(store.nameOf(input.FunctionName)));
      folders.add(code.directory);
      // It may have been changed or deleted meanwhile.
      const fn = store.get(input.FunctionName);
      checkRevision(fn, input.RevisionId);
      fn.code = code;
      if (input.Architectures !== undefined)
        fn.settings = { ...fn.settings, Architectures: input.Architectures };
      touch(fn);
      invoker.renew(fn, "the function's code changed");
      folders.sweep();
      return input.Publish === true ? describeVersion(publishVersion(context, fn)) : describeFunction(fn);
    }),

    ...operation("DeleteFunction", byName, on("DeleteFunction"), (input) => {
      const { fn, qualifier, arn } = store.named(input);
      if (arn !== fn.arn) deleteVersion(fn, qualifier);
      else {
        store.remove(fn);
        onDelete(fn);
        for (const revision of [fn, ...fn.versions.values()])
          invoker.renew(revision, "the function was deleted");
        folders.sweep();
      }
      return { StatusCode: 204 };
    }),

    ...operation(
      "ListFunctions",
      {
        supports: ["MaxItems", "Marker", "FunctionVersion"],
        rules: { MaxItems: { range: [1, 10_000] }, FunctionVersion: { oneOf: ["ALL"] } },
      },
      () => [{ action: "lambda:ListFunctions", resource: "*" }],
      ({ MaxItems, Marker, FunctionVersion }) => {
        const functions = [...store.all()].sort((a, b) => (a.name < b.name ? -1 : 1));
        const { page, NextMarker } =
          FunctionVersion === "ALL"
            ? pageOf(functions.flatMap(revisionsOf).map(describeVersion), Marker, MaxItems)
            : pageOf(
                functions.map((fn) => describeFunction(fn)),
                Marker,
                MaxItems,
              );
        return { Functions: page, NextMarker };
      },
    ),
  };
}

function given(archive: Uint8Array | undefined): Uint8Array {
  if (archive === undefined) throw invalid("Please provide a source for function code.");
  return archive;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
