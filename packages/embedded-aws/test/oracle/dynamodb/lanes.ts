import { Agent, request } from "node:http";
import fc from "fast-check";
import type { Answer } from "./call";
import { command } from "./commands";
import { type Command, inRun, tableInRun, tableNames } from "./runs";

/** What one side is asked, over a connection that stays open. */
export class Side {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(readonly endpoint: string) {}

  ask(operation: string, input: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=oracle/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
      };
      const sent = request(this.endpoint, { method: "POST", agent: this.#agent, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => (text += part));
        answer.on("end", () => {
          resolve(JSON.parse(text) as Answer);
        });
      });
      sent.on("error", reject);
      sent.end(JSON.stringify(input));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * Commands one after another to tables that stay: what one command leaves is what the next one meets. Several
 * lanes, each with tables and a seed of its own, are walked at once.
 */
export class Lane {
  readonly #run: string;
  readonly #commands: Iterator<Command>;
  #asked = 0;

  constructor(seed: number) {
    this.#run = `lane-${seed}`;
    this.#commands = generated(seed);
  }

  get tables(): readonly string[] {
    return tableNames.map((name) => tableInRun(name, this.#run));
  }

  next(): Command {
    const { value } = this.#commands.next() as IteratorYieldResult<Command>;
    // Client tokens are remembered for ten minutes; each stands for a few commands that follow each other.
    const { ClientRequestToken: token, ...input } = value.input as { readonly ClientRequestToken?: string };
    const round = Math.floor(this.#asked++ / 20);
    return inRun(
      {
        ...value,
        input: token === undefined ? input : { ...input, ClientRequestToken: `${token}-${round}` },
      },
      this.#run,
    );
  }
}

const BATCH = 1_000;

function* generated(seed: number): Generator<Command> {
  for (let batch = 0; ; batch++)
    yield* fc.sample(command, { seed: seed + batch * 1_000_003, numRuns: BATCH });
}
