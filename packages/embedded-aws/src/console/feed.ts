import type { IncomingMessage, ServerResponse } from "node:http";
import type { Frame } from "./protocol";

/** Frames kept for pages that come back, and how much text they may be. */
const FRAMES_KEPT = 600;
const TEXT_KEPT = 2 * 1024 * 1024;
/** A page that reads no faster than this is behind; it is told anew when it has caught up. */
const MOST_BEHIND_BYTES = 512 * 1024;

interface Reader {
  readonly response: ServerResponse;
  /** Frames were left out since it was behind. */
  behind: boolean;
}

/**
 * One stream of server-sent events to every page that is open. A page that comes back names the last frame that it
 * has had, and gets those since; when they are gone, or the cloud is another one, it gets everything anew.
 */
export class Feed {
  readonly #readers = new Set<Reader>();
  #kept: { readonly n: number; readonly text: string }[] = [];
  #keptText = 0;
  #n = 0;

  /** @param hello what a page is told first. */
  constructor(
    readonly run: string,
    private readonly hello: () => Frame,
  ) {}

  get isOpen(): boolean {
    return this.#readers.size > 0;
  }

  /** @param onClosed called when the page has gone. */
  open(request: IncomingMessage, response: ServerResponse, onClosed: () => void): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const reader: Reader = { response, behind: false };
    const missed = this.#since(request.headers["last-event-id"]);
    if (missed === undefined) response.write(this.#text(this.hello(), this.#n));
    else for (const { text } of missed) response.write(text);
    // How long a browser waits before it comes back.
    response.write("retry: 500\n\n");
    this.#readers.add(reader);
    response.once("close", () => {
      this.#readers.delete(reader);
      onClosed();
    });
    response.on("drain", () => {
      if (!reader.behind) return;
      reader.behind = false;
      response.write(this.#text(this.hello(), this.#n));
    });
  }

  send(frame: Frame): void {
    const text = this.#text(frame, ++this.#n);
    this.#kept.push({ n: this.#n, text });
    this.#keptText += text.length;
    let drop = 0;
    while (this.#kept.length - drop > FRAMES_KEPT || this.#keptText > TEXT_KEPT)
      this.#keptText -= this.#kept[drop++]?.text.length ?? 0;
    if (drop > 0) this.#kept.splice(0, drop);
    for (const reader of this.#readers) {
      reader.behind ||= reader.response.writableLength > MOST_BEHIND_BYTES;
      if (!reader.behind) reader.response.write(text);
    }
  }

  /** Forgets what was kept: nobody has been told of what happened since. */
  forget(): void {
    this.#kept = [];
    this.#keptText = 0;
    this.#n++;
  }

  close(): void {
    for (const { response } of this.#readers) response.end();
  }

  /** The frames since the one that was read last; undefined when they are not all there. */
  #since(last: string | readonly string[] | undefined): readonly { readonly text: string }[] | undefined {
    const [run, given = ""] = typeof last === "string" ? last.split(".") : [];
    const n = Number(given);
    if (run !== this.run || !/^\d+$/.test(given)) return undefined;
    if (n === this.#n) return [];
    const first = this.#kept[0]?.n ?? Infinity;
    return n + 1 >= first && n < this.#n ? this.#kept.filter((frame) => frame.n > n) : undefined;
  }

  #text(frame: Frame, n: number): string {
    return `id: ${this.run}.${n}\ndata: ${JSON.stringify(frame)}\n\n`;
  }
}
