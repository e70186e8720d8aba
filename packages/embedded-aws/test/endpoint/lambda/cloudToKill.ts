import { createFunction, startLambdaCloud } from "./support";

/**
 * A program for `shutdown.test.ts`, which kills it: a cloud with one function that runs and connects to the
 * given port, by which the test sees that it lives. "busy": it then looks at nothing any more, its input included.
 */
async function main(port: string, mode: string): Promise<void> {
  const cloud = await startLambdaCloud();
  const source = `const { connect } = require("node:net");
    exports.handler = () => new Promise(() => connect(Number(process.env.PORT), "127.0.0.1", () => {
      while (process.env.MODE === "busy");
    }));`;
  await createFunction(cloud, "running", source, {
    Timeout: 60,
    Environment: { Variables: { PORT: port, MODE: mode } },
  });
  await cloud.call("lambda", "Invoke", { FunctionName: "running" });
}

void main(process.argv[2] ?? "", process.argv[3] ?? "");
