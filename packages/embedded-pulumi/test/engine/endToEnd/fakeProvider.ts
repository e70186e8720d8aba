import type { Provider, ResourceRequest } from "../../../src/engine/provider";
import { PartlyCreated, ResourceFailure } from "../../../src/engine/provider";
import { mapToWire, type PropertyMap, type Wire } from "../../../src/engine/values";

export interface FakeProvider extends Provider {
  /** What was created, in order, with checked inputs. */
  readonly created: ResourceRequest[];
  /** What was done, in order: "create a", "update a: size", "delete a". */
  readonly done: string[];
  /** What is found of a resource by its id: other inputs than it was made with, or nothing. */
  readonly found: Map<string, PropertyMap | "gone">;
  readonly invoked: { readonly token: string; readonly args: PropertyMap }[];
}

/** Inputs of every type that cannot be changed in place. */
const REPLACING = ["name", "queueUrl"];

/**
 * A provider without a cloud: names what has no name, gives each resource an ARN, refuses `fail: "…"`, creates a
 * part of what has `half: "…"` and refuses the rest. A change of `name` or `queueUrl` replaces.
 */
export function fakeProvider(): FakeProvider {
  const created: ResourceRequest[] = [];
  const done: string[] = [];
  const found = new Map<string, PropertyMap | "gone">();
  const failing = ({ inputs }: ResourceRequest) =>
    typeof inputs.fail === "string" ? new ResourceFailure(inputs.fail, "fail") : undefined;
  const outputs = (name: string) => ({ arn: `arn:${name}`, url: `https://${name}` });
  const invoked: { token: string; args: PropertyMap }[] = [];
  return {
    created,
    done,
    invoked,
    found,
    check(request) {
      if (request.type === "aws:sqs/nothing:Nothing")
        throw new ResourceFailure("this resource type is not supported");
      return { name: `${request.name}-${request.nameSuffix}`, ...request.kept, ...request.inputs };
    },
    comparable: ({ inputs }) => Promise.resolve(mapToWire(inputs)),
    changes(_type, before, after) {
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const text = (value: Wire | undefined) => JSON.stringify(value);
      return names
        .filter((name) => text(before[name]) !== text(after[name]))
        .map((name) => ({
          path: [name],
          before: before[name],
          after: after[name],
          replaces: REPLACING.includes(name),
        }));
    },
    deletesFirst: (_type, changes) => changes.length === 0,
    create(request) {
      const failure = failing(request);
      if (failure !== undefined) return Promise.reject(failure);
      const id = `id-of-${request.name}`;
      if (typeof request.inputs.half === "string")
        return Promise.reject(new PartlyCreated(id, new ResourceFailure(request.inputs.half, "half")));
      created.push(request);
      done.push(`create ${request.name}`);
      return Promise.resolve({ id, outputs: outputs(request.name) });
    },
    update(request, old, changed) {
      const failure = failing(request);
      if (failure !== undefined) return Promise.reject(failure);
      done.push(`update ${request.name}: ${[...changed].join(" ")}`);
      return Promise.resolve({ id: old.id, outputs: outputs(request.name) });
    },
    read({ id, inputs, outputs }) {
      const now = found.get(id);
      if (now === "gone") return Promise.resolve(undefined);
      const changed = Object.keys(now ?? {});
      return Promise.resolve({ changed, inputs: { ...inputs, ...now }, outputs: { ...outputs, ...now } });
    },
    delete({ id }) {
      done.push(`delete ${id.slice("id-of-".length)}`);
      return Promise.resolve();
    },
    invoke(token, args, config) {
      invoked.push({ token, args });
      if (token === "aws:index/getRegion:getRegion")
        return Promise.resolve({ region: config.region ?? "none" });
      if (token === "aws:index/getNothing:getNothing")
        return Promise.reject(new ResourceFailure("this function is not supported"));
      return Promise.reject(new Error(`no answer of ${token}`));
    },
  };
}
