import { expect } from "chai";
import { dashboardBody } from "../../../../components/operations/dashboard";
import type { Recorder } from "../../support/recordResources";
import { ALL_ALARMS, bodyOf, wholeProgram, type Widget } from "./support";

describe("the dashboard's rows", () => {
  for (const count of [1, 2, 3, 4, 5, 7]) {
    it(`fill the grid in whole columns with ${count} graphs`, () => {
      const graphs = Array.from({ length: count }, (_, index) => ({
        title: `graph ${index}`,
        alarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a",
      }));
      const body = dashboardBody({
        title: "t",
        region: "us-east-1",
        alarmArns: [],
        sections: [{ title: "s", graphs }],
      });
      const { widgets } = body as { widgets: { type: string; x: number; width: number }[] };
      let x = 0;
      for (const widget of widgets.filter(({ type }) => type === "metric")) {
        expect(widget.x).to.equal(x);
        expect(Number.isInteger(widget.width) && widget.width > 0).to.equal(true);
        x += widget.width;
      }
      expect(x).to.equal(24);
    });
  }
});

describe("Operations for the whole program", () => {
  let recorder: Recorder;
  before(async () => {
    ({ recorder } = await wholeProgram());
  });

  it("divides a row of the dashboard into whole columns, however many graphs stand in it", () => {
    for (let count = 1; count <= 24; count++) {
      const alarm = { title: "Errors", alarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a" };
      const section = { title: "Flow", graphs: Array.from({ length: count }, () => alarm) };
      const content = { title: "Orders", region: "us-east-1", alarmArns: [], sections: [section] };
      const { widgets } = dashboardBody(content) as { widgets: (Widget & { readonly type: string })[] };
      const graphs = widgets.filter(({ type }) => type === "metric");
      let column = 0;
      for (const { x, width } of graphs) {
        expect([x, Number.isInteger(width), width >= 1], `${count} graphs`).to.deep.equal([
          column,
          true,
          true,
        ]);
        column += width;
      }
      expect(column).to.equal(24);
    }
  });

  it("draws a dashboard on which nothing overlaps, with every alarm on top", () => {
    const { widgets } = bodyOf(recorder);
    const cells = new Set<string>();
    for (const { x, y, width, height } of widgets) {
      expect(x + width).to.be.at.most(24);
      for (let column = x; column < x + width; column += 1) {
        for (let row = y; row < y + height; row += 1) {
          expect(cells.has(`${column},${row}`), `column ${column}, row ${row}`).to.equal(false);
          cells.add(`${column},${row}`);
        }
      }
    }
    const titles = widgets.flatMap(
      ({ properties }) => /^## (\w+)/.exec(properties.markdown ?? "")?.[1] ?? [],
    );
    expect(titles).to.deep.equal(["Flow", "Lag", "Errors", "Fleet", "Cost"]);
    expect(widgets[1]?.properties.alarms).to.have.length(ALL_ALARMS.length);
  });
});
