import { expect } from "chai";
import { decodeForm, ec2Style, queryStyle } from "../../../src/wire/form";
import { modelOf } from "../../../src/wire/model";
import { InputProblem } from "../../../src/wire/problem";
import { escapeXml, xmlOf } from "../../../src/wire/xml";

// That every operation's input survives the way through a form, and its output through XML: wire/roundTrip.test.ts.

const styles = { ec2: ec2Style, sns: queryStyle };

function read(service: keyof typeof styles, operation: string, form: string): object {
  const { input } = modelOf(`@aws-sdk/client-${service}`).operations.get(operation)!;
  return decodeForm(input, new URLSearchParams(form), styles[service]);
}

describe("forms of the query protocols", () => {
  const cases: [...Parameters<typeof read>, members: object][] = [
    ["sns", "CreateTopic", "Action=CreateTopic&Version=1&Name=x&X-Amz-Date=1&Signature=2", { Name: "x" }],
    ["sns", "CreateTopic", "Name=a%26b%3D%2B+c", { Name: "a&b=+ c" }],
    ["sns", "CreateTopic", "Name=", { Name: "" }],
    [
      "sns",
      "CreateTopic",
      "Name=x&Tags.member.2.Key=b&Tags.member.2.Value=&Tags.member.1.Key=a&Tags.member.1.Value=1",
      {
        Name: "x",
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "" },
        ],
      },
    ],
    ["sns", "CreateTopic", "Name=x&Tags=", { Name: "x", Tags: [] }],
    [
      "sns",
      "CreateTopic",
      "Name=x&Attributes.entry.1.key=a&Attributes.entry.1.value=1&Attributes.entry.2.key=b&Attributes.entry.2.value=",
      { Name: "x", Attributes: { a: "1", b: "" } },
    ],
    [
      "ec2",
      "DescribeInstances",
      "Filter.2.Value.1=c&Filter.1.Name=n&Filter.1.Value.10=b&Filter.1.Value.9=a",
      { Filters: [{ Name: "n", Values: ["a", "b"] }, { Values: ["c"] }] },
    ],
    [
      "ec2",
      "RunInstances",
      "MinCount=1&MaxCount=2&LaunchTemplate.Version=3&EbsOptimized=false",
      { MinCount: 1, MaxCount: 2, LaunchTemplate: { Version: "3" }, EbsOptimized: false },
    ],
  ];
  for (const [service, operation, form, members] of cases) {
    it(`reads ${form}`, () => {
      expect(read(service, operation, form)).to.deep.equal(members);
    });
  }

  for (const [form, path] of [
    ["Name=x&Colour=red", "Colour"],
    ["Name=x&Tags.member.1.Colour=red", "Tags[0].Colour"],
    ["Name=x&Tags.member.1.Key=a", "Tags[0].Value"],
    ["Name=x&Tags=a", "Tags"],
    ["Name=x&Tags.member.first.Key=a", "Tags"],
    ["Name.first=x", "Name"],
    ["Name=x&__proto__.polluted=yes", "__proto__"],
  ] as const) {
    it(`refuses ${form}, and says where`, () => {
      expect(() => read("sns", "CreateTopic", form))
        .to.throw(InputProblem)
        .with.property("path", path);
      expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    });
  }
});

describe("XML", () => {
  it("escapes what has a meaning, and replaces what XML cannot carry", () => {
    expect(escapeXml(`a<b>&"c'\r\n\t`)).to.equal("a&lt;b&gt;&amp;&quot;c&apos;&#13;\n\t");
    expect(escapeXml("\u0000\u001b\ud800\uffff😀")).to.equal("\ufffd\ufffd\ufffd\ufffd😀");
  });

  it("wraps the items of lists, writes maps as entries, and leaves out what is absent", () => {
    const { operations } = modelOf("@aws-sdk/client-sns");
    const xml = (operation: string, output: object) => xmlOf(operations.get(operation)!.output, output);
    expect(xml("GetTopicAttributes", { Attributes: { "a&b": "<1>" } })).to.equal(
      "<Attributes><entry><key>a&amp;b</key><value>&lt;1&gt;</value></entry></Attributes>",
    );
    expect(xml("ListTopics", { Topics: [{ TopicArn: "t" }, {}], NextToken: undefined })).to.equal(
      "<Topics><member><TopicArn>t</TopicArn></member><member></member></Topics>",
    );
    expect(xml("ListTopics", { Topics: [] })).to.equal("<Topics></Topics>");
  });
});
