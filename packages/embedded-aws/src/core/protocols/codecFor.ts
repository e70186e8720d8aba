import type { Protocol, ServiceName } from "../service";
import { awsJsonCodec } from "./awsJson";
import { awsQueryCodec } from "./awsQuery";
import type { Codec } from "./codec";
import { ec2QueryCodec } from "./ec2Query";
import { restJsonCodec } from "./restJson";

/** The codec of a service that is not read from AWS's models: tests have such. */
export function codecFor(service: ServiceName, protocol: Exclude<Protocol, { kind: "official" }>): Codec {
  switch (protocol.kind) {
    case "awsJson":
      return awsJsonCodec(service, protocol);
    case "awsQuery":
      return awsQueryCodec(protocol);
    case "ec2Query":
      return ec2QueryCodec();
    case "restJson":
      return restJsonCodec(protocol);
  }
}
