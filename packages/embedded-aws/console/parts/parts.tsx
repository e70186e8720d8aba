import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AskName, Question, Reply } from "../../src/console/protocol";
import { ask, meta } from "../state/store";
import { linkTo } from "../state/route";
import { clockText, dateText } from "../state/words";

export function Panel({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-labelledby="panel-title">
      <header class="panel-head">
        <div>
          <h1 id="panel-title">{title}</h1>
          <p class="about">{about}</p>
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}

export function Card({
  title,
  extra,
  children,
  wide,
}: {
  title: string;
  extra?: ComponentChildren;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const id = `card-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return (
    <section class={wide ? "card wide" : "card"} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {extra}
      </header>
      {children}
    </section>
  );
}

/** What there is when there is nothing: what it means, and what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Trouble({ text }: { text: string | undefined }) {
  return text === undefined ? null : (
    <p class="trouble" role="alert">
      {text}
    </p>
  );
}

function Said({ text }: { text: string }) {
  return (
    <p class="said" role="status">
      {text}
    </p>
  );
}

/** A list longer than what is shown says so. */
export function Left({ n, what }: { n: number; what: string }) {
  return n <= 0 ? null : <p class="left">{`${n.toLocaleString("en-US")} more ${what} are not shown.`}</p>;
}

export function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={dateText(at)}>
      {clockText(at)}
    </time>
  );
}

export function TraceLink({ id, children }: { id: string; children?: ComponentChildren }) {
  return <a href={linkTo("trace", id)}>{children ?? "Trace"}</a>;
}

/** A table that scrolls by itself where it is too wide, and is named. */
export function Table({
  label,
  heads,
  children,
}: {
  label: string;
  heads: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head === "" ? <span class="unseen">Actions</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <pre class="code" tabIndex={0} role="region" aria-label={label}>
      {text}
    </pre>
  );
}

export interface Asked<T> {
  readonly reply: T | undefined;
  readonly error: string | undefined;
  readonly again: () => void;
}

/** Asks now, whenever the question or `when` changes, and every `everyMs`. */
export function useAsk<Name extends AskName>(
  name: Name,
  question: Question<Name> | undefined,
  everyMs?: number,
  when?: unknown,
): Asked<Reply<Name>> {
  const [reply, setReply] = useState<Reply<Name>>();
  const [error, setError] = useState<string>();
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(question);
  // Nothing is asked before the stream has told of its run, and all again when that is another one.
  const run = meta.value?.run;
  useEffect(() => {
    setReply(undefined);
    setError(undefined);
  }, [name, key]);
  useEffect(() => {
    if (question === undefined || run === undefined) return undefined;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      ask(name, question)
        .then(
          (answer) => {
            if (over) return;
            setReply(answer);
            setError(undefined);
          },
          (reason: unknown) => {
            if (!over) setError(reason instanceof Error ? reason.message : String(reason));
          },
        )
        .finally(() => {
          if (!over && everyMs !== undefined) timer = setTimeout(look, everyMs);
        });
    };
    look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [name, key, everyMs, turn, when, run]);
  return { reply, error, again: () => setTurn((before) => before + 1) };
}

/** An order to the cloud: what it said, or what was wrong. */
export function useOrder() {
  const [said, setSaid] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    setError(undefined);
    try {
      setSaid(await work());
    } catch (reason) {
      setSaid("");
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    run: (work: () => Promise<string>) => void run(work),
    view: (
      <>
        <Said text={busy ? "Working …" : said} />
        <Trouble text={error} />
      </>
    ),
  };
}

/** What was asked for is shown until the cloud says how it is, or refuses. */
export function useWanted<Value extends number | boolean>(present: Value) {
  const [wanted, setWanted] = useState<Value>();
  useEffect(() => setWanted(undefined), [present]);
  return {
    shown: wanted ?? present,
    want: async <Answer,>(value: Value, work: () => Promise<Answer>): Promise<Answer> => {
      setWanted(value);
      try {
        return await work();
      } catch (reason) {
        setWanted(undefined);
        throw reason;
      }
    },
  };
}

/** Something that is on or off in the cloud. */
export function Switch({
  on,
  order,
  set,
  hint,
  children,
}: {
  on: boolean;
  order: ReturnType<typeof useOrder>;
  /** Resolves to what there is to say of it. */
  set: (on: boolean) => Promise<string>;
  hint?: string;
  children: ComponentChildren;
}) {
  const { shown, want } = useWanted(on);
  return (
    <label class="check" title={hint}>
      <input
        type="checkbox"
        checked={shown}
        disabled={order.busy}
        onChange={() => order.run(() => want(!on, () => set(!on)))}
      />{" "}
      {children}
    </label>
  );
}
