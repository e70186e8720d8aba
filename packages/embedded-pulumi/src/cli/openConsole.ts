import { spawn } from "node:child_process";
import type { Terminal } from "./terminal";

/** Opens an address in a browser as each system does. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Says where the console is and, where a person sits at a keyboard, opens it at `o`; returns what ends that. */
export function offerConsole(address: string, terminal: Terminal): () => void {
  const { onKey } = terminal;
  terminal.print(`\nWatch it at ${address}${onKey === undefined ? "" : " (o opens it)"}`);
  return onKey?.("o", () => openInBrowser(address, terminal)) ?? (() => undefined);
}

function openInBrowser(address: string, terminal: Pick<Terminal, "print">): void {
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => terminal.print(`no browser could be opened: go to ${address}`));
  child.unref();
}
