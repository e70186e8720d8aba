import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/**
 * Chromium on this machine; tests that need it skip themselves aloud when there is none, and fail where
 * CI_REQUIRE_CHROMIUM=1 says that it can be had.
 */
export function findChromium(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"].filter(
    (folder) => folder !== "",
  );
  const candidates = folders.flatMap((folder) =>
    ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)),
  );
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    if (process.env.CI_REQUIRE_CHROMIUM === "1")
      throw new Error("Chromium is not on the PATH; expected it in CI");
    console.warn("      SKIPPED: Chromium is not on the PATH of this machine");
  }
  return found;
}

export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // The attacker's name, which leads to this machine, as DNS rebinding makes it do.
      "--host-resolver-rules=MAP *.example 127.0.0.1",
    ],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
