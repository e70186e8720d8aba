import type { Provider, ResourceRequest } from "../../../src/engine/provider";
import { ResourceFailure } from "../../../src/engine/provider";
import type { PropertyMap } from "../../../src/engine/values";

export interface FakeProvider extends Provider {
  /** What was created, in order, with checked inputs. */
  readonly created: ResourceRequest[];
  readonly invoked: { readonly token: string; readonly args: PropertyMap }[];
}

/** A provider without a cloud: names what has no name, gives each resource an ARN, refuses `fail: "…"`. */
export function fakeProvider(): FakeProvider {
  const created: ResourceRequest[] = [];
  const invoked: { token: string; args: PropertyMap }[] = [];
  return {
    created,
    invoked,
    check(request) {
      if (request.type === "aws:sqs/nothing:Nothing")
        throw new ResourceFailure("this resource type is not supported");
      return { name: `${request.name}-${request.nameSuffix}`, ...request.inputs };
    },
    create(request) {
      if (typeof request.inputs.fail === "string") {
        return Promise.reject(new ResourceFailure(request.inputs.fail, "fail"));
      }
      created.push(request);
      return Promise.resolve({
        id: `id-of-${request.name}`,
        outputs: { arn: `arn:${request.name}`, url: `https://${request.name}` },
      });
    },
    invoke(token, args, config) {
      invoked.push({ token, args });
      if (token === "aws:index/getRegion:getRegion")
        return Promise.resolve({ region: config.region ?? "none" });
      return Promise.reject(new Error(`no function ${token}`));
    },
  };
}
