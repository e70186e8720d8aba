import { join } from "node:path";
import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { operation, type Access, type CloudContext, type Operation } from "../../core/service";
import { unpackArchive } from "./archive";
import { describeFunction } from "./description";
import {
  byName,
  createFunctionInput,
  numeric,
  tags,
  updateCodeInput,
  updateConfigurationInput,
} from "./functionInputs";
import type { FunctionStore } from "./functionStore";
import type { Invoker } from "./invoker";
import type { LambdaFunction } from "./lambdaFunction";
import { checkRole } from "./role";
import { applyConfiguration, defaultSettings } from "./settings";

/** What the operations on functions work with. */
export interface FunctionParts {
  readonly context: CloudContext;
  readonly store: FunctionStore;
  readonly invoker: Invoker;
  /** Called after a function is gone. */
  readonly onDelete: (fn: LambdaFunction) => void;
}

/** Creating, showing, changing and deleting functions. */
export function functionOperations({
  context,
  store,
  invoker,
  onDelete,
}: FunctionParts): Record<string, Operation> {
  const on =
    (action: string) =>
    (input: { readonly FunctionName: string }): readonly Access[] => [
      { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
    ];
  let archives = 0;
  const directoryFor = (name: string) => join(context.directory, "functions", `${name}-${++archives}`);
  const touch = (fn: LambdaFunction) => {
    fn.lastModified = context.clock.now();
    fn.revisionId = context.random.uuid();
  };
  const checkRevision = (fn: LambdaFunction, revisionId: string | undefined) => {
    if (revisionId === undefined || revisionId === fn.revisionId) return;
    throw new AwsError(
      "PreconditionFailedException",
      `RevisionId: got ${revisionId}; the function's is ${fn.revisionId}: read the function again`,
      412,
    );
  };

  return {
    CreateFunction: operation(
      context,
      createFunctionInput,
      (input) => [
        ...on("CreateFunction")(input),
        {
          action: "iam:PassRole",
          resource: input.Role,
          context: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ],
      async (input) => {
        const { FunctionName, Code, Architectures, Tags = {}, Runtime, Role, Handler } = input;
        const name = store.nameOf(FunctionName);
        const checkFree = () => {
          if (!store.has(name)) return;
          throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
        };
        checkFree();
        await checkRole(context, Role);
        const settings = {
          ...applyConfiguration(name, defaultSettings(name, { Runtime, Role, Handler }), input),
          ...(Architectures !== undefined && { Architectures }),
        };
        const code = await unpackArchive(Code.ZipFile, directoryFor(name));
        // Somebody else may have taken the name meanwhile.
        checkFree();
        const fn: LambdaFunction = {
          name,
          arn: store.arnOf(name),
          settings,
          code,
          lastModified: context.clock.now(),
          revisionId: context.random.uuid(),
          tags: Tags,
          policy: [],
        };
        store.add(fn);
        return describeFunction(fn);
      },
    ),

    GetFunction: operation(context, byName, on("GetFunction"), (input) => {
      const fn = store.get(input.FunctionName);
      return {
        Configuration: describeFunction(fn),
        Code: { RepositoryType: "S3", Location: `file://${fn.code.directory}` },
        ...(Object.keys(fn.tags).length > 0 && { Tags: fn.tags }),
        ...(fn.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
        }),
      };
    }),

    GetFunctionConfiguration: operation(context, byName, on("GetFunctionConfiguration"), (input) =>
      describeFunction(store.get(input.FunctionName)),
    ),

    UpdateFunctionConfiguration: operation(
      context,
      updateConfigurationInput,
      on("UpdateFunctionConfiguration"),
      async (input) => {
        const fn = store.get(input.FunctionName);
        checkRevision(fn, input.RevisionId);
        if (input.Role !== undefined) await checkRole(context, input.Role);
        fn.settings = applyConfiguration(fn.name, fn.settings, input);
        touch(fn);
        invoker.renew(fn, "the function's configuration changed");
        return describeFunction(fn);
      },
    ),

    UpdateFunctionCode: operation(context, updateCodeInput, on("UpdateFunctionCode"), async (input) => {
      checkRevision(store.get(input.FunctionName), input.RevisionId);
      // A new directory: invocations that are running keep the code that they began with.
      const code = await unpackArchive(input.ZipFile, directoryFor(store.nameOf(input.FunctionName)));
      // It may have been changed or deleted meanwhile.
      const fn = store.get(input.FunctionName);
      checkRevision(fn, input.RevisionId);
      fn.code = code;
      if (input.Architectures !== undefined)
        fn.settings = { ...fn.settings, Architectures: input.Architectures };
      touch(fn);
      invoker.renew(fn, "the function's code changed");
      return describeFunction(fn);
    }),

    DeleteFunction: operation(context, byName, on("DeleteFunction"), (input) => {
      const fn = store.get(input.FunctionName);
      store.remove(fn);
      onDelete(fn);
      invoker.renew(fn, "the function was deleted");
      return {};
    }),

    ListFunctions: operation(
      context,
      v.strictObject({ MaxItems: v.optional(numeric), Marker: v.optional(v.string()) }),
      () => [{ action: "lambda:ListFunctions", resource: "*" }],
      ({ MaxItems = 50, Marker }) => {
        const all = [...store.all()].sort((a, b) => (a.name < b.name ? -1 : 1));
        const from = Marker === undefined ? 0 : all.findIndex((fn) => fn.name > Marker);
        const page = from < 0 ? [] : all.slice(from, from + MaxItems);
        const last = page.at(-1);
        const more = last !== undefined && last !== all.at(-1);
        return { Functions: page.map(describeFunction), ...(more && { NextMarker: last.name }) };
      },
    ),

    TagResource: operation(
      context,
      v.strictObject({ Resource: v.string(), Tags: tags }),
      ({ Resource }) => [{ action: "lambda:TagResource", resource: Resource }],
      ({ Resource, Tags }) => {
        const fn = store.get(Resource);
        fn.tags = { ...fn.tags, ...Tags };
        return {};
      },
    ),

    ListTags: operation(
      context,
      v.strictObject({ Resource: v.string() }),
      ({ Resource }) => [{ action: "lambda:ListTags", resource: Resource }],
      ({ Resource }) => ({ Tags: store.get(Resource).tags }),
    ),
  };
}
