// Who may import whom. The rooms and their reasons stand in CONTRIBUTING.md; a test plants an import for each wall.

const AWS = "^packages/embedded-aws/src";
const PULUMI = "^packages/embedded-pulumi/src";

/** What a package shows to others: what its `exports` name. */
const FACES = [`${AWS}/(index|(testing|support)/index)[.]ts$`, `${PULUMI}/index[.]ts$`];
/** What command lines are made of: a face for them alone. */
const CLI = [`${PULUMI}/cli/index[.]ts$`, "^packages/embedded-pulumi/bin/load[.]cjs$"];

/** Packages that npm installed; Node's own modules are told by their type. */
const INSTALLED = "(^|/)node_modules/";

/** A wall: what stands in the room `from` imports from the rooms `to`, and from nowhere else in this repository. */
function room(name, from, to, reason) {
  return {
    name,
    comment: reason,
    severity: "error",
    from: { path: from },
    to: { pathNot: [from, ...to, INSTALLED], dependencyTypesNot: ["core"] },
  };
}

/** A door that only types pass: at run time, neither side knows the other. */
function typesOnly(name, from, to, reason) {
  return {
    name,
    comment: reason,
    severity: "error",
    from: { path: from },
    to: { path: to, dependencyTypesNot: ["type-only", "type-import"] },
  };
}

module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "Data flows one way; two files that need each other are one, or share a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unknown-imports",
      comment: "Everything that is imported is there.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^[.]/__index[.]js$" },
    },
    {
      name: "handlers-know-no-pulumi",
      comment: "A handler runs inside Lambda: Pulumi is not there.",
      severity: "error",
      from: { path: "^handlers/" },
      to: { path: "node_modules/@pulumi/" },
    },

    room("handlers", "^handlers/", [], "Handlers run inside Lambda: the AWS SDK and pure logic only."),
    room(
      "components",
      "^components/",
      ["^handlers/"],
      "What is deployed knows nothing of how it is run locally.",
    ),
    typesOnly(
      "components-take-types-of-handlers",
      "^components/",
      "^handlers/",
      "Handlers reach AWS as bundles.",
    ),
    room(
      "program",
      "^(index|config)[.]ts$",
      ["^components/", "^config[.]ts$"],
      "The program is its components.",
    ),
    room("policy", "^policy/", [], "The rules judge what is registered, whoever registered it."),
    room(
      "tools",
      "^tools/",
      ["^policy/", "^handlers/", "^components/", ...FACES, ...CLI],
      "Tools run the program from outside, and the packages through their faces.",
    ),
    typesOnly(
      "tools-take-types-of-the-program",
      "^tools/",
      "^(handlers|components)/",
      "Tools run the program from outside.",
    ),
    room(
      "demonstration",
      "^tools/demonstration/",
      ["^tools/shop/", "^handlers/", ...FACES],
      "The demonstration knows no command line.",
    ),
    room("shop", "^tools/shop/", ["^handlers/", ...FACES], "What commands share knows no command."),
    room("cost", "^tools/cost/", FACES, "Prices and arithmetic."),
    room(
      "bench",
      "^bench/",
      ["^tools/", "^handlers/", "^components/", ...FACES, ...CLI],
      "Measurements know everything but tests, and the packages through their faces.",
    ),

    room("embedded-aws", "^packages/embedded-aws/", [], "The package stands alone."),
    room(
      "embedded-pulumi",
      "^packages/embedded-pulumi/",
      // Beside it: the bad input that every reader in this repository is tried with.
      [FACES[0], "^packages/embedded-aws/test/support/badInput[.]ts$"],
      "The package knows embedded-aws through its face, and nothing else of this repository.",
    ),
    room("cloud-core", `${AWS}/core/`, [`${AWS}/wire/`], "The core knows no service."),
    room("cloud-wire", `${AWS}/wire/`, [`${AWS}/core/`], "The wire knows no service."),
    // A folder of a service imports none of another: services call each other through the context.
    {
      name: "cloud-services",
      comment: "A service imports the core and the wire; other services it calls through the context.",
      severity: "error",
      from: { path: `${AWS}/services/([^/]+)/` },
      to: {
        path: "^packages/",
        pathNot: [
          `${AWS}/services/$1/`,
          `${AWS}/(core|wire)/`,
          // CloudWatch reads what SQS counts, SNS checks what KMS allows, SSM names EC2's images, load balancers and
          // groups follow its instances, and groups register targets: each through one file.
          `${AWS}/services/(sqs/statistics|kms/useOfKey|ec2/(images|instanceLife)|elasticLoadBalancing/targetGroups)[.]ts$`,
        ],
      },
    },
    room(
      "cloud-load",
      `${AWS}/load/`,
      [`${AWS}/core/`, `${AWS}/services/ec2/`],
      "Load is work for instances.",
    ),
    // The page runs in a browser: of the cloud it knows types alone, and tables of plain values.
    typesOnly(
      "console-takes-types",
      "^packages/embedded-aws/console/",
      `${AWS}/(?!console/emptyState[.]ts$|core/conditions/)`,
      "The page runs in a browser.",
    ),
    room("engine", `${PULUMI}/engine/`, [FACES[0]], "The engine knows no resource type."),
    room(
      "provider",
      `${PULUMI}/provider/`,
      [FACES[0], `${PULUMI}/engine/`],
      "The provider serves the engine.",
    ),
    room(
      "preview",
      `${PULUMI}/preview/`,
      [FACES[0], `${PULUMI}/((engine|provider)/|deploy[.]ts$)`],
      "A preview is made of what the engine registered.",
    ),
    room(
      "stand-in",
      `${PULUMI}/standIn/`,
      [FACES[0], `${PULUMI}/(engine|provider)/`],
      "What Pulumi's own engine talks to is made of what the embedded one uses.",
    ),
    {
      name: "engine-knows-no-command-line",
      comment: "Neither a deployment nor a preview needs a terminal.",
      severity: "error",
      from: { path: `${PULUMI}/`, pathNot: `${PULUMI}/cli/` },
      to: { path: `${PULUMI}/cli/` },
    },
    {
      name: "no-tests-in-products",
      comment: "Nothing that people run imports a test.",
      severity: "error",
      from: { pathNot: "(^|/)test/" },
      to: { path: "(^|/)test/" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^[.]local/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
