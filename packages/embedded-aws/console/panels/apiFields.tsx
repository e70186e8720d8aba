import { useEffect } from "preact/hooks";
import type { ApiRoute, Target } from "../../src/console/protocol";
import { Trouble, useAsk } from "../parts/parts";

type ApiTarget = Extract<Target, { kind: "api" }>;

const AUTHORIZATIONS: Readonly<Record<string, string>> = {
  AWS_IAM: "· signed for IAM",
  JWT: "· with a token",
  NONE: "",
};

/**
 * Which request: one of the API's routes, and what stands in for its variables. `onOffer` is told of the route to begin
 * with, once they are known; by then somebody may have chosen one.
 */
export function ApiFields({
  target,
  onChange,
  onOffer,
}: {
  target: ApiTarget;
  onChange: (target: ApiTarget) => void;
  onOffer: (target: ApiTarget) => void;
}) {
  const { reply, error } = useAsk("routes", { api: target.name });
  const routes = reply?.routes ?? [];
  const tell = (route: ApiRoute | undefined, told: (target: ApiTarget) => void) => {
    if (route !== undefined) told({ kind: "api", name: target.name, method: route.method, path: route.path });
  };
  useEffect(() => {
    if (target.path === "") tell(routes.find(({ method }) => method === "POST") ?? routes[0], onOffer);
  }, [reply, target.path]);
  const asked = routes.find(({ method, path }) => method === target.method && matches(path, target.path));
  return (
    <>
      <Trouble text={error} />
      <label class="field">
        Route
        <select
          value={asked?.key ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            tell(
              routes.find(({ key }) => key === value),
              onChange,
            );
          }}
        >
          {asked === undefined && <option value="">another</option>}
          {routes.map(({ key, authorization }) => (
            <option key={key} value={key}>
              {key} {AUTHORIZATIONS[authorization] ?? authorization}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Method
        <select
          value={target.method}
          onChange={(event) => onChange({ ...target, method: event.currentTarget.value })}
        >
          {["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>
          Path{reply === undefined ? "" : ", behind "}
          <code>{reply?.address}</code>
        </span>
        <input
          type="text"
          required
          value={target.path}
          pattern="/.*"
          title="a path that begins with /"
          onInput={(event) => onChange({ ...target, path: event.currentTarget.value })}
        />
      </label>
      {asked?.authorization === "JWT" && (
        <label class="field">
          Bearer&apos;s token
          <input
            type="text"
            autocomplete="off"
            value={target.token ?? ""}
            onInput={(event) => {
              const { token: _, ...without } = target;
              const token = event.currentTarget.value.trim();
              onChange(token === "" ? without : { ...without, token });
            }}
          />
        </label>
      )}
    </>
  );
}

/** Whether a path is one of a route: "/orders/A-1" of "/orders/{orderId}". */
function matches(route: string, path: string): boolean {
  const steps = route.split("/");
  const given = (path.split("?")[0] ?? "").split("/");
  const greedy = steps.findIndex((step) => step.endsWith("+}"));
  const same = (step: string, index: number) => step.startsWith("{") || step === given[index];
  return greedy < 0
    ? steps.length === given.length && steps.every(same)
    : given.length > greedy && steps.slice(0, greedy).every(same);
}
