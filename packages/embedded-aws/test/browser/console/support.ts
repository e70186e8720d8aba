import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import type { TestCloud } from "../../../src/testing/testCloud";
import { startShop } from "../../support/shop";
import { findChromium, startChromium } from "../chromium";

/** Where pictures of the page go: artefacts of a run, ignored by git. */
const PICTURES = path.resolve(__dirname, "../../../../../.local/screenshots");

export interface Shown {
  readonly browser: Browser;
  readonly cloud: TestCloud;
  /** A page of the console, at a panel, that has connected. */
  open(panel?: string, options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce" | "no-preference";
}

/** The shop's console in Chromium; undefined where there is no browser. */
export async function showShop(): Promise<Shown | undefined> {
  const executable = findChromium();
  if (executable === undefined) return undefined;
  const browser = await startChromium(executable);
  const cloud = await startShop();
  return {
    browser,
    cloud,
    open: (panel = "flow", options = {}) => openConsole(browser, cloud.console.address, panel, options),
    close: async () => {
      await browser.close();
      await cloud.close();
    },
  };
}

export async function openConsole(
  browser: Browser,
  address: string,
  panel: string,
  { width = 1366, height = 900, ...options }: OpenOptions,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    // A browser says so of each connection that is refused while the cloud starts again, and of the script of the
    // shop's e-mail, which the frame around it does not run.
    if (message.type() === "error" && !/net::|^Blocked script execution in/.test(message.text()))
      troubles.push(message.text());
  });
  troublesOf.set(page, troubles);
  await page.goto(`${address}/#${panel}`);
  await page.getByText("Connected", { exact: true }).waitFor();
  return page;
}

const troublesOf = new WeakMap<Page, string[]>();

/** Errors of the page itself: exceptions, and what its policy refused. */
export function troublesIn(page: Page): readonly string[] {
  return troublesOf.get(page) ?? [];
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
}

export const PANELS = [
  "flow",
  "queues",
  "send",
  "trace",
  "functions",
  "data",
  "fleet",
  "permissions",
  "faults",
] as const;
