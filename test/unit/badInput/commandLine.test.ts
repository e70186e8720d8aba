import { expect } from "chai";
import fc from "fast-check";
import { parseCommandLine, UsageError } from "embedded-pulumi/cli";
import {
  badDocuments,
  badTexts,
  garbled,
  isUtf8,
} from "../../../packages/embedded-aws/test/support/badInput";
import { orderText } from "../../support/badOrders";
import { costLine } from "../../../tools/cost";
import { order, orderLine } from "../../../tools/order";
import { OrdersFileError, readOrders } from "../../../tools/ordersFile";
import { previewLine } from "../../../tools/preview";
import { pulumiLocalLine } from "../../../tools/pulumiLocal";
import { startLine } from "../../../tools/start";
import { stock, stockLine } from "../../../tools/stock";
import { anyCharacter } from "../../../packages/embedded-aws/test/support/anyCharacter";

const texts = badTexts.map(({ content }) => JSON.parse(content) as string);
const LINES = { startLine, previewLine, pulumiLocalLine, orderLine, stockLine, costLine };

/** What is said of a command line; undefined when it is taken. */
function problemOf(args: readonly string[], line: (typeof LINES)[keyof typeof LINES]): string | undefined {
  try {
    parseCommandLine(args, line);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

const NUMBERS = [
  "NaN",
  "Infinity",
  "-1",
  "1e3",
  "0x10",
  "1.5",
  " 1",
  "1 ",
  "+1",
  "٣",
  "9".repeat(400),
  "1_000",
  "--",
  "null",
  "[1]",
];

describe("bad command lines", () => {
  for (const [name, line] of Object.entries(LINES)) {
    it(`are refused by option, value and expectation: ${name}`, () => {
      for (const [option, { kind }] of Object.entries(line.options))
        for (const value of [...NUMBERS, ...texts]) {
          const message = problemOf([`--${option}=${value}`], line);
          if (kind === "text") expect(message ?? `--${option}`).to.contain(`--${option}`);
          else
            expect(message)
              .to.match(/^--[\w-]+: (got .*; expected|expected) /s)
              .and.contain(`--${option}`);
          expect((message ?? "").length).to.be.below(1_000);
        }
      for (const value of [...texts, "constructor", "__proto__", "-x", "-", "--no-such", "---"]) {
        const message = problemOf([`--${value}`], line) ?? "";
        // "--" alone ends the options, and an empty text is that.
        if (value !== "") expect(message).to.match(/Unknown option|unexpected/);
        expect(message.length).to.be.below(2_500);
      }
    });

    it(`are refused, whatever they hold: ${name}`, () => {
      const word = fc.oneof(
        fc.constantFrom(
          ...Object.keys(line.options).map((option) => `--${option}`),
          "--",
          "-",
          "=",
          ...texts,
        ),
        fc.string({ unit: anyCharacter, maxLength: 20 }),
      );
      fc.assert(
        fc.property(fc.array(word, { maxLength: 6 }), (args) => {
          expect((problemOf(args, line) ?? "").length).to.be.below(2_500);
        }),
      );
    });
  }

  it("of goods and orders are refused before anything is looked for", async () => {
    const terminal = {
      print: () => undefined,
      printJson: () => undefined,
      signal: new AbortController().signal,
    } as never;
    const told = async (run: Promise<unknown>) =>
      await run.then(
        () => "done",
        (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
      );
    for (const text of texts.filter(
      (value) => !/^[A-Za-z0-9_-]{1,64}$/.test(value) && !value.startsWith("--") && value !== "",
    )) {
      for (const problem of [
        await told(order(["show", text], terminal)),
        await told(order(["cancel", text], terminal)),
        await told(stock(["set", text], terminal)),
        await told(stock(["set", `TEA=${text}`], terminal)),
      ])
        expect(problem)
          .to.match(/got "|expected/)
          .and.have.length.below(1_500);
    }
  });
});

describe("bad files of orders", () => {
  const read = (bytes: Uint8Array) => {
    const started = performance.now();
    try {
      return readOrders(bytes);
    } catch (error) {
      if (error instanceof OrdersFileError) return error.faults;
      throw error;
    } finally {
      expect(performance.now() - started, "milliseconds").to.be.below(5_000);
    }
  };

  for (const { name, content } of badDocuments(orderText())) {
    it(`are read to the byte, or refused by their lines: ${name}`, () => {
      for (const entry of read(content))
        if (typeof entry === "string")
          expect(entry)
            .to.match(/^line \d+: .+/)
            .and.have.length.below(300);
        else expect(content.includes(entry.body)).to.equal(true);
      if (!isUtf8(content)) expect(read(content)[0]).to.match(/expected UTF-8/);
    });
  }

  it("are read to the byte, or refused by their lines, whatever is wrong with them", () => {
    fc.assert(
      fc.property(garbled(`${orderText()}\n[${orderText()}]\n`), (bytes) => {
        for (const entry of read(bytes))
          if (typeof entry === "string") expect(entry).to.match(/^(line \d+: .+|… and \d+ more faults)/);
          else expect(bytes.includes(entry.body)).to.equal(true);
      }),
    );
  });
});
