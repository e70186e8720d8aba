import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as sesv2 from "@aws-sdk/client-sesv2";
import * as sqs from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { build } from "esbuild";
import { groupsOf, handlerNames } from "../../../../components/bundling/bundling";
import { endpointOf, type EndpointConfiguration } from "../../../../handlers/shared/endpoint";
import { clientConfig } from "../../../../handlers/shared/retry";
import { traced, tracingOf } from "../../../../handlers/shared/tracing";

/** What of a client, a command or an error is compared. */
interface Comparable extends Error {
  readonly config: EndpointConfiguration & {
    readonly serviceId: string;
    readonly defaultSigningName: string;
    readonly protocol: { getShapeId(): string };
    readonly protocolSettings: { readonly serviceTarget?: string };
    region(): Promise<string>;
  };
  readonly schema: readonly [number, string, string, { readonly http?: readonly unknown[] } | number];
  readonly $metadata: object;
  send(command: object): unknown;
}
type Exports = Readonly<Record<string, new (options: object) => Comparable>>;

const SDK = { dynamodb, eventbridge, sesv2, sqs } as unknown as Readonly<Record<string, Exports>>;

/** The stand-ins, bundled as they are for handlers. */
async function bundledStandIns(): Promise<Readonly<Record<string, Exports>>> {
  const [options] = groupsOf(["getOrder"]);
  const { outputFiles } = await build({
    ...options,
    sourcemap: false,
    entryPoints: [],
    write: false,
    stdin: {
      contents: Object.keys(SDK)
        .map((name) => `export * as ${name} from "@aws-sdk/client-${name}";`)
        .join("\n"),
      resolveDir: process.cwd(),
    },
  });
  const module = { exports: {} };
  const run = runInThisContext(
    `(function (module, exports, require) { ${outputFiles[0]?.text ?? ""}\n})`,
  ) as (...args: unknown[]) => void;
  run(module, module.exports, createRequire(__filename));
  return module.exports;
}

const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "eu-central-1",
};

describe("what stands in for the SDK in bundles", () => {
  let pairs: readonly {
    readonly name: string;
    readonly ours: Exports[string];
    readonly theirs: Exports[string];
  }[] = [];
  let variables: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(60_000);
    pairs = Object.entries(await bundledStandIns()).flatMap(([service, standIn]) =>
      Object.entries(standIn).map(([name, ours]) => ({ name, ours, theirs: SDK[service]![name]! })),
    );
  });
  beforeEach(() => {
    variables = process.env;
    process.env = { PATH: variables.PATH, HOME: "/nowhere", ...KEYS };
  });
  afterEach(() => {
    process.env = variables;
  });
  const named = (ending: string) => {
    const found = pairs.filter(({ name }) => name.endsWith(ending));
    expect(found).not.to.be.empty;
    return found;
  };

  it("has the SDK's names, and reads the environment as it stands", async () => {
    for (const { name, ours, theirs } of pairs)
      expect([typeof ours, typeof theirs], name).to.deep.equal(["function", "function"]);
    expect(named("Client").map(({ name }) => name)).to.have.length(Object.keys(SDK).length);
    for (const { ours } of named("Client")) {
      const { config } = new ours(clientConfig);
      expect(await config.useFipsEndpoint()).to.equal(false);
      process.env.AWS_USE_FIPS_ENDPOINT = "true";
      expect(await config.useFipsEndpoint()).to.equal(true);
      delete process.env.AWS_USE_FIPS_ENDPOINT;
    }
  });

  it("is known to its service by the same names", () => {
    for (const { name, ours, theirs } of named("Client")) {
      const [own, sdk] = [new ours(clientConfig).config, new theirs(clientConfig).config];
      expect(own.serviceId).to.equal(sdk.serviceId);
      expect(own.defaultSigningName, name).to.equal(sdk.defaultSigningName);
      expect(own.protocol.getShapeId(), name).to.equal(sdk.protocol.getShapeId());
      // SES's protocol has targets for nothing.
      if (own.protocolSettings.serviceTarget !== undefined || name !== "SESv2Client")
        expect(own.protocolSettings.serviceTarget, name).to.equal(sdk.protocolSettings.serviceTarget);
    }
  });

  it("calls operations what the SDK calls them, at the same paths", () => {
    for (const { name, ours, theirs } of named("Command")) {
      const input = {};
      const [own, sdk] = [new ours(input), new theirs(input)];
      expect(own, name).to.have.property("input", input);
      expect(own.schema[2], name).to.equal(sdk.schema[2]);
      const [at, theirsAt] = [own, sdk].map(({ schema: [, , , traits] }) =>
        typeof traits === "object" ? traits.http : undefined,
      );
      expect(at, name).to.deep.equal(theirsAt);
    }
  });

  it("makes errors that say what the SDK's say", () => {
    const given = {
      message: "m",
      $metadata: { httpStatusCode: 400 },
      Item: { a: { S: "b" } },
      CancellationReasons: [],
    };
    for (const { name, ours, theirs } of named("Exception")) {
      const [own, sdk] = [new ours(given), new theirs(given)];
      expect(own, name).to.be.instanceOf(Error).and.instanceOf(ours);
      for (const member of ["name", "message", "$metadata"] as const)
        expect(own[member], name).to.deep.equal(sdk[member]);
      expect(own).to.include({ Item: given.Item, CancellationReasons: given.CancellationReasons });
    }
  });

  const url = "http://127.0.0.1:4566";
  const settings: readonly Readonly<Record<string, string>>[] = [
    {},
    { AWS_REGION: "cn-north-1" },
    { AWS_REGION: "us-gov-west-1", AWS_USE_FIPS_ENDPOINT: "true" },
    { AWS_REGION: "eusc-de-east-1" },
    { AWS_REGION: "local" },
    { AWS_USE_FIPS_ENDPOINT: "true" },
    { AWS_USE_FIPS_ENDPOINT: "false", AWS_USE_DUALSTACK_ENDPOINT: "yes" },
    { AWS_USE_DUALSTACK_ENDPOINT: "true" },
    { AWS_USE_DUALSTACK_ENDPOINT: "true", AWS_USE_FIPS_ENDPOINT: "true" },
    { AWS_ENDPOINT_URL: url },
    { AWS_ENDPOINT_URL: "" },
    { AWS_ENDPOINT_URL: url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    { AWS_ENDPOINT_URL: url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" },
    { AWS_ENDPOINT_URL: url, AWS_USE_FIPS_ENDPOINT: "true" },
    {
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_DYNAMODB: `${url}/d`,
      AWS_ENDPOINT_URL_SQS: "",
      AWS_ENDPOINT_URL_SESV2: `${url}/s`,
      AWS_ENDPOINT_URL_EVENTBRIDGE: `${url}/e`,
    },
    { AWS_ACCOUNT_ID_ENDPOINT_MODE: "required" },
    { AWS_ACCOUNT_ID_ENDPOINT_MODE: "disabled" },
    { AWS_ACCOUNT_ID_ENDPOINT_MODE: "perhaps" },
  ];
  for (const environment of settings) {
    it(`sends where the SDK sends: ${JSON.stringify(environment)}`, async () => {
      Object.assign(process.env, environment);
      const placeOf = async ({ config }: Comparable) => {
        try {
          const region = await config.region();
          const { url: to, signingRegion, signingName } = await endpointOf(config, region);
          const mode = await config.accountIdEndpointMode?.();
          return [to.href, region, signingRegion, signingName, mode].join(" ");
        } catch (error) {
          return (error as Error).message;
        }
      };
      for (const { name, ours, theirs } of named("Client"))
        expect(await placeOf(new ours(clientConfig)), name).to.equal(await placeOf(new theirs(clientConfig)));
    });
  }

  it("sends nowhere without a region", async () => {
    for (const { ours } of named("Client")) {
      process.env.AWS_REGION = "";
      const failure: unknown = await new ours(clientConfig).config.region().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error).and.include({ message: "Region is missing" });
    }
  });

  it("takes the credentials that the environment has at each call", async () => {
    const [{ ours } = expect.fail()] = named("Client");
    const { config } = new ours(clientConfig);
    process.env.AWS_SESSION_TOKEN = "one";
    expect(await config.credentials()).to.deep.equal({
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "secret",
      sessionToken: "one",
    });
    delete process.env.AWS_SESSION_TOKEN;
    expect(await config.credentials()).not.to.have.property("sessionToken");
  });

  it("refuses what it would not heed, and calls past `lean`", () => {
    for (const { name, ours } of named("Client")) {
      expect(() => new ours({ ...clientConfig, endpoint: url }), name).to.throw(
        /got option endpoint; .*expected maxAttempts, requestHandler only/,
      );
      expect(() => new ours(clientConfig).send({}), name).to.throw(/expected calls through lean/);
    }
  });

  it("is traced as the SDK's clients are", () => {
    for (const { ours } of named("Client")) {
      const client = new ours(clientConfig);
      expect(traced(client as never)).to.equal(client);
      expect(tracingOf(client)).to.be.a("function");
    }
  });

  it("is had by handlers whose every client is lean, and by no others", () => {
    for (const handler of handlerNames()) {
      const [options] = groupsOf([handler]);
      const source = readFileSync(`handlers/${handler}.ts`, "utf8");
      const clients = source.match(/new \w+Client\(/g) ?? [];
      const isLean = source.includes("/leanClient");
      expect("@aws-sdk/client-dynamodb" in (options?.alias ?? {}), handler).to.equal(isLean);
      if (isLean)
        expect(source.match(/lean\(\s*traced\(new \w+Client\(/g), handler).to.have.length(clients.length);
    }
  });
});
