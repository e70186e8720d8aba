import { AwsError } from "../../../core/errors";
import { elsewhere, isOwnArn } from "../../../core/ownArn";
import { operationsOf, type Output } from "../../../wire/operation";
import type { FunctionParts } from "../functionOperations";
import type { Mapping, MappingSettings } from "./mapping";
import {
  createMappingInput,
  listMappingsInput,
  mappingByUuid,
  updateMappingInput,
  type MappingInput,
} from "./mappingInputs";
import { sourceKind, sqsSettings, streamSettings } from "./mappingSettings";
import type { Mappings } from "./mappings";
import { checkSource } from "./sourceChecks";
import { revisionOf } from "../versions";

type MappingDescription = Output<"lambda", "GetEventSourceMapping">;

/** Mappings in one answer of `ListEventSourceMappings`. */
const MOST_LISTED = 100;

/** Event source mappings: what feeds a queue's messages or a stream's records to a function. */
export function mappingOperations({ context, store }: FunctionParts, mappings: Mappings) {
  const operation = operationsOf("lambda", context);
  const arnOf = (uuid: string) =>
    `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${uuid}`;
  const describe = (mapping: Mapping, state?: string) => describeMapping(mapping, arnOf(mapping.uuid), state);
  const on = (action: string) => (input: { readonly UUID: string }) => [
    { action: `lambda:${action}`, resource: arnOf(input.UUID) },
  ];
  const required = (uuid: string): Mapping => {
    const mapping = mappings.find(uuid);
    if (mapping !== undefined) return mapping;
    throw new AwsError(
      "ResourceNotFoundException",
      `The resource you requested does not exist: event source mapping ${uuid}`,
    );
  };

  return {
    ...operation(
      "CreateEventSourceMapping",
      createMappingInput,
      () => [{ action: "lambda:CreateEventSourceMapping", resource: "*" }],
      async (input) => {
        const { fn, qualifier, arn } = store.named(input);
        const target = { fn, qualifier };
        const { EventSourceArn: sourceArn } = input;
        if (sourceArn === undefined) {
          throw new AwsError(
            "InvalidParameterValueException",
            "EventSourceArn: got none; expected the ARN of an SQS queue or of a DynamoDB table's stream",
          );
        }
        const kind = sourceKind(sourceArn);
        if (!isOwnArn(context, sourceArn)) throw elsewhere("The event source", sourceArn);
        if (kind === "sqs" && input.StartingPosition !== undefined) {
          throw new AwsError(
            "InvalidParameterValueException",
            "StartingPosition: not for an SQS queue, only for a stream",
          );
        }
        const settings = kind === "sqs" ? sqsSettings(input, sourceArn) : streamSettings(input);
        const same = mappings
          .all()
          .find((other) => other.functionArn === arn && other.sourceArn === sourceArn);
        if (same !== undefined) {
          throw new AwsError(
            "ResourceConflictException",
            `An event source mapping with the source ${sourceArn} and the function ${fn.name} already exists. ` +
              `Please update or delete the existing mapping with UUID ${same.uuid}`,
          );
        }
        await checkSource(context, revisionOf(target), sourceArn, settings);
        const mapping: Mapping = {
          uuid: context.random.uuid(),
          sourceArn,
          target,
          functionArn: arn,
          settings,
          enabled: input.Enabled ?? true,
          tags: input.Tags ?? {},
          lastModified: context.clock.now(),
          lastProcessingResult: "No records processed",
        };
        await mappings.add(mapping);
        return describe(mapping);
      },
    ),

    ...operation("GetEventSourceMapping", mappingByUuid, on("GetEventSourceMapping"), ({ UUID }) =>
      describe(required(UUID)),
    ),

    ...operation(
      "ListEventSourceMappings",
      listMappingsInput,
      () => [{ action: "lambda:ListEventSourceMappings", resource: "*" }],
      ({ EventSourceArn, FunctionName, MaxItems = MOST_LISTED, Marker }) => {
        const name = FunctionName === undefined ? undefined : store.nameOf(FunctionName);
        const matching = mappings
          .all()
          .filter(
            ({ sourceArn, target: { fn } }) =>
              (EventSourceArn ?? sourceArn) === sourceArn && (name ?? fn.name) === fn.name,
          );
        const from = matching.findIndex(({ uuid }) => uuid === Marker) + 1;
        const page = matching.slice(from, from + Math.min(MaxItems, MOST_LISTED));
        const last = page.at(-1);
        const more = last !== undefined && last !== matching.at(-1);
        return {
          EventSourceMappings: page.map((mapping) => describe(mapping)),
          ...(more && { NextMarker: last.uuid }),
        };
      },
    ),

    ...operation(
      "UpdateEventSourceMapping",
      updateMappingInput,
      on("UpdateEventSourceMapping"),
      async ({ UUID, FunctionName, Enabled, ...input }) => {
        const mapping = required(UUID);
        // The function may be gone, and another may be named.
        const named = store.named({ FunctionName: FunctionName ?? mapping.functionArn });
        const { fn, qualifier } = named;
        const target = { fn, qualifier };
        const settings = changedSettings(mapping, input);
        await checkSource(context, revisionOf(target), mapping.sourceArn, settings);
        mapping.settings = settings;
        mappings.retarget(mapping, target, named.arn);
        mapping.lastModified = context.clock.now();
        await mappings.setEnabled(mapping, Enabled ?? mapping.enabled);
        return describe(mapping);
      },
    ),

    ...operation("DeleteEventSourceMapping", mappingByUuid, on("DeleteEventSourceMapping"), ({ UUID }) => {
      const mapping = required(UUID);
      mappings.remove(mapping);
      return describe(mapping, "Deleting");
    }),
  };
}

function changedSettings({ settings: former, sourceArn }: Mapping, input: MappingInput): MappingSettings {
  switch (former.kind) {
    case "sqs":
      return sqsSettings(input, sourceArn, former);
    case "stream":
      return streamSettings(input, former);
  }
}

function describeMapping(mapping: Mapping, arn: string, state?: string): MappingDescription {
  const { settings } = mapping;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: arn,
    EventSourceArn: mapping.sourceArn,
    FunctionArn: mapping.functionArn,
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowSeconds,
    FunctionResponseTypes: settings.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    ...(settings.filter.patterns.length > 0 && {
      FilterCriteria: { Filters: settings.filter.patterns.map((Pattern) => ({ Pattern })) },
    }),
    ...describeKind(settings),
    LastModified: new Date(mapping.lastModified),
    LastProcessingResult: mapping.lastProcessingResult,
    State: state ?? (mapping.enabled ? "Enabled" : "Disabled"),
    StateTransitionReason: "USER_INITIATED",
  };
}

function describeKind(settings: MappingSettings): Partial<MappingDescription> {
  switch (settings.kind) {
    case "sqs":
      return settings.maximumConcurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: settings.maximumConcurrency } };
    case "stream":
      return {
        StartingPosition: settings.startingPosition,
        ParallelizationFactor: settings.parallelizationFactor,
        BisectBatchOnFunctionError: settings.bisect,
        MaximumRetryAttempts: settings.maximumRetryAttempts,
        MaximumRecordAgeInSeconds: settings.maximumRecordAge,
        DestinationConfig: {
          OnFailure: settings.onFailureArn === undefined ? {} : { Destination: settings.onFailureArn },
        },
      };
  }
}
