import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { expect } from "chai";
import { readOutput } from "../../../src/services/lambda/outputLines";

/** What is read of an output that comes in these chunks. */
async function read(chunks: readonly string[]): Promise<{ lines: string[]; markers: string[] }> {
  const [lines, markers]: [string[], string[]] = [[], []];
  const stream = new PassThrough();
  readOutput(stream, { onLine: (line) => lines.push(line), onMarker: (id) => markers.push(id) });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return { lines, markers };
}

describe("a function's output", () => {
  it("is read line by line, however it is cut into chunks", async () => {
    expect(await read(["a\nb", "c\n\nd"])).to.deep.equal({ lines: ["a", "bc", "d"], markers: [] });
  });

  it("keeps what stands before a marker as a line of its own", async () => {
    expect(await read(["text\0id-1\nnext\n"])).to.deep.equal({ lines: ["text", "next"], markers: ["id-1"] });
  });

  it("is cut into lines of 256 KB when it has no line feed, and loses nothing", async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(20_000));
    const { lines } = await read(chunks);
    expect(lines.join("")).to.equal(chunks.join(""));
    expect(lines.map(({ length }) => length)).to.deep.equal([262_144, 262_144, 262_144, 213_568]);
  });
});
