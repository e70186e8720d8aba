import { expect } from "chai";
import { importOneByOne } from "../../../../components/bundling/importOneByOne";

const moduleOf = (client: string, name: string) => (name === "Unknown" ? undefined : `${client}/${name}`);

describe("importOneByOne", () => {
  it("imports each name from the module that makes it, and leaves lines as they were", () => {
    const source = [
      "import {",
      "  GoCommand as Go,",
      "  type Input,",
      "  PortClient,",
      '} from "@aws-sdk/client-port";',
      "new PortClient();",
    ].join("\n");
    expect(importOneByOne(source, moduleOf).split("\n")).to.deep.equal([
      "",
      'import { GoCommand as Go } from "@aws-sdk/client-port/GoCommand";',
      "",
      'import { PortClient } from "@aws-sdk/client-port/PortClient";',
      "",
      "new PortClient();",
    ]);
  });

  it("takes a name through the client's index when nothing else is found", () => {
    expect(importOneByOne("import {Unknown} from '@aws-sdk/client-port'", moduleOf)).to.equal(
      'import { Unknown } from "@aws-sdk/client-port";',
    );
  });

  it("leaves every other import alone", () => {
    for (const source of [
      'import type { Input } from "@aws-sdk/client-port";',
      'import * as port from "@aws-sdk/client-port";',
      'import port, { GoCommand } from "@aws-sdk/client-port";',
      'import { GoCommand } from "@aws-sdk/client-port/dist-es/commands/GoCommand";',
      'import { GoCommand /* , PortClient */ } from "@aws-sdk/client-port";',
      'import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";',
      'export { GoCommand } from "@aws-sdk/client-port";',
    ])
      expect(importOneByOne(source, moduleOf)).to.equal(source);
  });

  it("finds the modules of the installed clients", () => {
    const source =
      'import { EC2Client, RunInstancesCommand, _InstanceType } from "@aws-sdk/client-ec2";\n' +
      'import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";\n';
    expect(importOneByOne(source)).to.equal(
      [
        'import { EC2Client } from "@aws-sdk/client-ec2/dist-es/EC2Client";',
        'import { RunInstancesCommand } from "@aws-sdk/client-ec2/dist-es/commands/RunInstancesCommand";',
        'import { _InstanceType } from "@aws-sdk/client-ec2";\n' +
          'import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb/dist-es/models/errors";\n',
      ].join(" "),
    );
  });
});
