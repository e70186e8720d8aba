import { expect } from "chai";
import { dashboardBody } from "../../../components/operations/dashboard";

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
