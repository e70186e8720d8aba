import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import { record } from "../../core/record";
import type { CloudContext } from "../../core/service";
import type { TagStore } from "../../core/tagStore";
import { operationsOf } from "../../wire/operation";
import { tagRules } from "./shapes";
import { messageOf } from "../../core/messageOf";

interface Dashboard {
  readonly body: string;
  readonly modifiedAt: number;
}

const name = { pattern: /^[A-Za-z0-9_-]{1,255}$/ } as const;

const WIDGET_TYPES = ["metric", "text", "log", "alarm", "explorer", "custom"] as const;

/** What must hold of a body: widgets of a known type with properties, on the 24-column grid, if placed at all. */
const Body = v.object({
  widgets: v.pipe(
    v.array(
      v.object({
        type: v.picklist(WIDGET_TYPES),
        x: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(23))),
        y: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
        width: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24))),
        height: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
        properties: record(v.string(), v.unknown()),
      }),
    ),
    v.maxLength(500),
  ),
});

/** The account's dashboards, by their names. */
export class Dashboards extends Map<string, Dashboard> {
  constructor(private readonly context: Pick<CloudContext, "accountId">) {
    super();
  }

  /** Dashboards are global: their ARNs have no region. */
  arnOf(name: string): string {
    return `arn:aws:cloudwatch::${this.context.accountId}:dashboard/${name}`;
  }

  hasArn(arn: string): boolean {
    return [...this.keys()].some((name) => this.arnOf(name) === arn);
  }
}

export function dashboardOperations(context: CloudContext, dashboards: Dashboards, tags: TagStore) {
  const operation = operationsOf("monitoring", context);
  const arnOf = (name: string) => dashboards.arnOf(name);
  const get = (name: string) => {
    const dashboard = dashboards.get(name);
    if (dashboard === undefined) {
      throw new AwsError("DashboardNotFoundError", `There is no dashboard "${name}"`, 404);
    }
    return dashboard;
  };

  return {
    ...operation(
      "PutDashboard",
      {
        supports: ["DashboardName", "DashboardBody", "Tags"],
        rules: { DashboardName: name, ...tagRules },
      },
      (input) => [{ action: "cloudwatch:PutDashboard", resource: arnOf(input.DashboardName) }],
      (input) => {
        checkBody(input.DashboardBody);
        // "If you specify Tags when updating an existing dashboard, the tag updates are ignored."
        const isNew = !dashboards.has(input.DashboardName);
        dashboards.set(input.DashboardName, { body: input.DashboardBody, modifiedAt: context.clock.now() });
        if (isNew && input.Tags !== undefined) tags.add(arnOf(input.DashboardName), input.Tags);
        return { DashboardValidationMessages: [] };
      },
    ),

    ...operation(
      "GetDashboard",
      { supports: ["DashboardName"], rules: { DashboardName: name } },
      (input) => [{ action: "cloudwatch:GetDashboard", resource: arnOf(input.DashboardName) }],
      ({ DashboardName }) => ({
        DashboardName,
        DashboardArn: arnOf(DashboardName),
        DashboardBody: get(DashboardName).body,
      }),
    ),

    ...operation(
      "ListDashboards",
      { supports: ["DashboardNamePrefix"] },
      () => [{ action: "cloudwatch:ListDashboards", resource: "*" }],
      (input) => ({
        DashboardEntries: [...dashboards]
          .filter(([name]) => name.startsWith(input.DashboardNamePrefix ?? ""))
          .map(([name, dashboard]) => ({
            DashboardName: name,
            DashboardArn: arnOf(name),
            LastModified: new Date(dashboard.modifiedAt),
            Size: Buffer.byteLength(dashboard.body),
          })),
      }),
    ),

    ...operation(
      "DeleteDashboards",
      { supports: ["DashboardNames"], rules: { DashboardNames: name } },
      (input) =>
        input.DashboardNames.map((name) => ({
          action: "cloudwatch:DeleteDashboards",
          resource: arnOf(name),
        })),
      (input) => {
        input.DashboardNames.forEach(get);
        for (const name of input.DashboardNames) {
          dashboards.delete(name);
          tags.forget(arnOf(name));
        }
        return {};
      },
    ),
  };
}

function checkBody(text: string): void {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (error) {
    throw invalidBody([{ DataPath: "/", Message: `The body is not JSON: ${messageOf(error)}` }]);
  }
  const parsed = v.safeParse(Body, body);
  if (parsed.success) return;
  throw invalidBody(
    parsed.issues.map((issue) => ({
      DataPath: `/${(v.getDotPath(issue) ?? "").replaceAll(".", "/")}`,
      Message: issue.message,
    })),
  );
}

function invalidBody(messages: readonly { readonly DataPath: string; readonly Message: string }[]): AwsError {
  const text = messages.map((message) => `${message.DataPath}: ${message.Message}`).join("; ");
  return new AwsError("DashboardInvalidInputError", `DashboardBody: ${text}`, 400, {
    dashboardValidationMessages: messages,
  });
}
