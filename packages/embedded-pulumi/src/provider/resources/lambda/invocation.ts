import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { jsonDocument, resource } from "../../schemas";

/** A call of a function as the resource comes and goes: with `CRUD`, what happens stands in the event beside the input. */
export const invocation = resource({
  type: "aws:lambda/invocation:Invocation",
  inputs: v.strictObject({
    functionName: v.string(),
    input: jsonDocument,
    lifecycleScope: v.optional(v.picklist(["CREATE_ONLY", "CRUD"]), "CREATE_ONLY"),
    qualifier: v.optional(v.string(), "$LATEST"),
    terraformKey: v.optional(v.string(), "tf"),
    triggers: v.optional(v.record(v.string(), v.string())),
  }),
  async create(inputs, context) {
    const result = await invoke(inputs, "create", context);
    return { id: `${inputs.functionName}_${inputs.qualifier}`, outputs: { result } };
  },
  async update({ inputs, old }, context) {
    const result = await invoke(inputs, inputs.lifecycleScope === "CRUD" ? "update" : "create", context, old);
    return { result };
  },
  async delete(inputs, _id, context) {
    if (inputs.lifecycleScope === "CRUD") await invoke(inputs, "delete", context);
  },
});

interface InvocationInputs {
  readonly functionName: string;
  readonly qualifier: string;
  readonly input: string;
  readonly lifecycleScope: "CREATE_ONLY" | "CRUD";
  readonly terraformKey: string;
}

/** What the function answers. Throws its error, as the provider does. */
async function invoke(
  inputs: InvocationInputs,
  action: "create" | "update" | "delete",
  context: CreateContext,
  old?: InvocationInputs,
): Promise<string> {
  const { functionName, qualifier, input, lifecycleScope, terraformKey } = inputs;
  const previous: unknown = old === undefined ? null : JSON.parse(old.input);
  const lifecycle = { [terraformKey]: { action, prev_input: previous } };
  const event =
    lifecycleScope === "CRUD" ? JSON.stringify({ ...(JSON.parse(input) as object), ...lifecycle }) : input;
  await context.letSettle?.();
  const { Payload, FunctionError } = await context.call("lambda", "Invoke", {
    FunctionName: functionName,
    Qualifier: qualifier,
    Payload: Buffer.from(event),
  });
  const answer = Buffer.from(Payload ?? []).toString("utf8");
  if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${answer}`);
  return answer;
}
