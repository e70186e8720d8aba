import { randomUUID } from "node:crypto";
import { addImages, cloudOptionsOf, type Project } from "embedded-pulumi";
import { startOwnCloud, type Terminal, tellTrouble, untilInterrupted } from "embedded-pulumi/cli";
import { furnishAccount } from "../account";
import { demandFreePort, serveStatus } from "../deployLocally";

/** A cloud with nothing in it but what the stack expects of its account. */
export async function startEmptyCloud(project: Project, port: number) {
  await demandFreePort(port);
  const cloud = await startOwnCloud(".", { port, ...cloudOptionsOf(project) });
  addImages(cloud, project);
  await furnishAccount(cloud, project);
  const id = randomUUID();
  const { region } = cloud.context;
  // No stack of that name: what is deployed here is Pulumi's to tell.
  serveStatus(cloud, { stack: "", region, outputs: {}, id });
  return { cloud, endpoint: cloud.endpoint, region, id, close: () => cloud.close() };
}

/** Keeps one up until Ctrl-C. */
export async function keepCloud(project: Project, port: number, terminal: Terminal): Promise<number> {
  const { cloud, endpoint, region, close } = await startEmptyCloud(project, port);
  const endOfTrouble = tellTrouble(cloud.context.events, terminal);
  try {
    terminal.print(
      `An empty cloud for stack ${project.stack} in ${region} stays up at ${endpoint} until Ctrl-C.`,
    );
    terminal.print(`In another terminal: npm run pulumi:local -- up --port ${new URL(endpoint).port}`);
    await untilInterrupted(terminal);
    terminal.print("\nStopping.");
    return 0;
  } finally {
    endOfTrouble();
    await close();
  }
}
