import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CpuScalerArgs } from "./arguments";
import { tableEncryption, type EncryptionKey } from "../parts/encryption";
import { transformed } from "../parts/resources";

/**
 * The table of the fleet's launch journal, one item: what was asked of EC2 and is not shown by it yet. Nothing in
 * it is worth keeping once the fleet is gone, so nothing protects it from being deleted with its stack.
 */
export function createLaunchJournal(
  name: string,
  args: Pick<CpuScalerArgs, "tags" | "transform"> & { readonly encryptionKeyArn: EncryptionKey },
  child: pulumi.CustomResourceOptions,
): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    name,
    ...transformed(
      args.transform?.journal,
      {
        hashKey: "fleet",
        attributes: [{ name: "fleet", type: "S" }],
        billingMode: "PAY_PER_REQUEST",
        pointInTimeRecovery: { enabled: true },
        ...tableEncryption(args.encryptionKeyArn),
        ...(args.tags && { tags: args.tags }),
      },
      child,
    ),
  );
}
