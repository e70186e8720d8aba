import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import * as v from "valibot";
import type { CloudEvent } from "../core/eventStream";
import { isSameSecret, newSecret } from "../core/secret";
import { createLoad, type Load } from "../load/load";
import { inboxOf } from "../services/ses/inbox";
import { answer, answerError, answerJson, mailPolicy, readJson, Refusal } from "./answers";
import { askControls } from "./askControls";
import { askFleet } from "./askFleet";
import { askFunctions } from "./askFunctions";
import { askQueues } from "./askQueues";
import { askSend } from "./askSend";
import { askTraces } from "./askTraces";
import { Feed } from "./feed";
import { bareGraph, type Graph, graphOf, type Topology } from "./graph";
import { History } from "./history";
import { LiveView } from "./liveView";
import { pageFiles } from "./pageFiles";
import type { Answers, ConsoleParts } from "./parts";
import type { AskName, Fleet, Frame, Preset } from "./protocol";
import { envelope, questions } from "./questions";
import { askIam } from "./statements";

const CONSOLE_PATH = "/_console";

/** What a program lends its console beside what it has registered. */
export interface ConsoleOffer {
  /** What can be sent by one press of a button. */
  readonly presets?: readonly Preset[];
  /** The instances that a load can be put on; the console makes the load when it is first asked for one. */
  readonly fleet?: Fleet;
}

/** The page at `/_console`, which shows what happens in the cloud and lets a person interfere. */
export interface Console {
  /** "http://127.0.0.1:4566/_console" */
  readonly address: string;
  /** Tells it what a program has registered; whatever was shown before is replaced. */
  show(topology: Topology): void;
  /** Lends it presets and a fleet; what is left out stays as it was. */
  offer(offer: ConsoleOffer): void;
  close(): void;
}

/** A question of nobody's: whoever asks has not read the page's stream of this run. */
const WRONG_SECRET =
  "x-console-secret: expected the secret of this run, which the page is told; load the page again";

export type ConsoleSources = Omit<ConsoleParts, "history" | "graph" | "fleet" | "load">;

export function createConsole(sources: ConsoleSources): Console {
  const { context } = sources;
  const run = newSecret(16, "hex");
  const secret = newSecret(32, "hex");
  const history = new History();
  let topology: Topology | undefined;
  let presets: readonly Preset[] = [];
  let fleet: Fleet | undefined;
  let load: Load | undefined;

  const parts: ConsoleParts = {
    ...sources,
    history,
    graph: () => graph(),
    fleet: () => fleet,
    load: () => {
      if (fleet === undefined)
        throw new Refusal(409, "this program has told the console of no fleet that a load could be put on");
      return (load ??= createLoad(context, { fleetTags: fleet.tags }));
    },
  };
  const answers: Answers<AskName> = {
    ...askQueues(parts),
    ...askSend(parts),
    ...askTraces(parts),
    ...askFunctions(parts),
    ...askControls(parts),
    ...askFleet(parts),
    ...askIam(parts),
  };

  const feed = new Feed(run, () => hello());
  const live = new LiveView(parts, feed, () => load);
  const unsubscribe = context.events.subscribe((event: CloudEvent) => {
    history.add(event);
    if (live.isOn) live.take(event);
  });

  const graph = (): Graph => (topology === undefined ? bareGraph(live.standing()) : graphOf(topology));
  const hello = (): Frame => ({
    type: "hello",
    run,
    secret,
    region: context.region,
    accountId: context.accountId,
    endpoint: context.endpoint(),
    ...(topology !== undefined && { project: topology.project, stack: topology.stack }),
    now: context.clock.now(),
    graph: graph(),
    presets,
    ...(fleet !== undefined && { fleet }),
    state: live.state,
    lines: live.newestLines(),
  });
  const tellGraph = () => {
    if (feed.isOpen)
      feed.send({ type: "graph", graph: graph(), presets, ...(fleet !== undefined && { fleet }) });
  };

  async function ask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = request.headers["x-console-secret"];
    if (typeof given !== "string" || !isSameSecret(given, secret)) throw new Refusal(403, WRONG_SECRET);
    const sent = v.safeParse(envelope, await readJson(request));
    if (!sent.success) throw new Refusal(400, describe(sent.issues));
    const { ask: name } = sent.output;
    const question = v.safeParse(questions[name], sent.output.question);
    if (!question.success) throw new Refusal(400, describe(question.issues));
    const reply = answers[name] as (question: unknown) => unknown;
    answerJson(response, 200, await reply(question.output));
    // What was changed by hand is seen at once.
    live.look();
  }

  async function file(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = (await pageFiles()).get(name);
    if (found === undefined) throw new Refusal(404, `there is no ${name} here`);
    const { type, bytes, gzip, etag } = found;
    const headers = { etag, "cache-control": "no-cache", vary: "accept-encoding" };
    if (request.headers["if-none-match"] === etag) answer(response, 304, type, "", headers);
    else if (/\bgzip\b/.test(request.headers["accept-encoding"] ?? ""))
      answer(response, 200, type, gzip, { ...headers, "content-encoding": "gzip" });
    else answer(response, 200, type, bytes, headers);
  }

  function mail(id: string, response: ServerResponse): void {
    const email = inboxOf(context).emails.find(({ messageId }) => messageId === id);
    if (email === undefined) throw new Refusal(404, "this e-mail is not kept any more");
    const type = email.html === undefined ? "text/plain" : "text/html";
    answer(response, 200, `${type}; charset=utf-8`, email.html ?? email.text ?? "", {
      "content-security-policy": mailPolicy,
    });
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ""] = (request.url ?? "").split("?");
    const place = path.slice(CONSOLE_PATH.length);
    const reads = request.method === "GET" || request.method === "HEAD";
    if (place === "") {
      answer(response, 308, "text/plain", "", { location: `${CONSOLE_PATH}/` });
    } else if (place === "/ask" && request.method === "POST") await ask(request, response);
    else if (!reads) throw new Refusal(405, "expected GET, or POST of a question to /_console/ask");
    else if (place === "/") await file("console.html", request, response);
    else if (place === "/feed") {
      await live.begin();
      feed.open(request, response, () => {
        if (!feed.isOpen) live.end();
      });
    } else if (place.startsWith("/mail/")) mail(place.slice("/mail/".length), response);
    else await file(place.slice(1), request, response);
  };
  const listener: RequestListener = (request, response) => {
    serve(request, response).catch((error: unknown) => {
      answerError(response, error);
    });
  };
  context.mount(`${CONSOLE_PATH}/`, listener);

  return {
    get address() {
      return `${context.endpoint()}${CONSOLE_PATH}`;
    },
    show: (given) => {
      topology = given;
      tellGraph();
    },
    offer: (offer) => {
      // Somebody is about to look: the page shall be there at once.
      pageFiles().catch(() => undefined);
      presets = offer.presets ?? presets;
      fleet = offer.fleet ?? fleet;
      tellGraph();
    },
    close: () => {
      unsubscribe();
      load?.close();
      live.end();
      feed.close();
    },
  };
}

function describe(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map((issue) => `${v.getDotPath(issue) ?? "the question"}: ${issue.message}`).join("; ");
}
