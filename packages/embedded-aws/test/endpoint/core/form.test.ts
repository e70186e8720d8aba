import { expect } from "chai";
import fc from "fast-check";
import { membersOf } from "../../../src/core/protocols/form";
import { escapeXml, xmlElement } from "../../../src/core/protocols/xml";

const read = (text: string) => membersOf(new URLSearchParams(text));

describe("forms of the query protocols", () => {
  const cases: [form: string, members: object][] = [
    ["Action=A&Version=1&Name=x", { Name: "x" }],
    ["Name=", { Name: "" }],
    [
      "Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b",
      { Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] },
    ],
    [
      "Filter.2.Value.1=c&Filter.1.Value.2=b&Filter.1.Value.1=a",
      { Filter: [{ Value: ["a", "b"] }, { Value: ["c"] }] },
    ],
    ["Id.10=c&Id.9=b&Id.1=a", { Id: ["a", "b", "c"] }],
    ["LaunchTemplate.Name=x&LaunchTemplate.Version=2", { LaunchTemplate: { Name: "x", Version: "2" } }],
    [
      "Attributes.entry.1.key=a&Attributes.entry.1.value=1&Attributes.entry.2.key=b&Attributes.entry.2.value=",
      { Attributes: { a: "1", b: "" } },
    ],
    ["Member.member=x", { Member: { member: "x" } }],
    ["Body=a%26b%3D%2B+c", { Body: "a&b=+ c" }],
  ];
  for (const [form, members] of cases) {
    it(`reads ${form}`, () => {
      expect(read(form)).to.deep.equal(members);
    });
  }

  it("take __proto__ for a name like any other", () => {
    const members = read("__proto__.polluted=yes");
    expect(Object.keys(members)).to.deep.equal(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });

  it("give back what was written, whatever it is", () => {
    const name = fc
      .stringMatching(/^[A-Z][a-z]{3,8}$/)
      .filter((text) => !/^(Action|Version|Signature.*|Timestamp)$/.test(text));
    const { members } = fc.letrec<{ value: unknown; members: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.string({ unit: "binary" }),
        fc.array(tie("value"), { minLength: 1, maxLength: 12 }),
        tie("members"),
      ),
      members: fc.dictionary(name, tie("value"), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    }));
    const write = (form: URLSearchParams, path: string, value: unknown, list: string): void => {
      if (typeof value === "string") form.append(path, value);
      else if (Array.isArray(value))
        value.forEach((item, index) => write(form, `${path}${list}.${index + 1}`, item, list));
      else
        for (const [key, member] of Object.entries(value as object))
          write(form, path === "" ? key : `${path}.${key}`, member, list);
    };
    fc.assert(
      fc.property(members, fc.constantFrom("", ".member"), (value, list) => {
        const form = new URLSearchParams();
        write(form, "", value, list);
        expect(read(form.toString())).to.deep.equal(
          JSON.parse(
            JSON.stringify(value, (_, item: unknown) =>
              typeof item === "string" ? item.toWellFormed() : item,
            ),
          ),
        );
      }),
    );
  });
});

describe("XML", () => {
  it("escapes what has a meaning, and replaces what XML cannot carry", () => {
    expect(escapeXml(`a<b>&"c'\r\n\t`)).to.equal("a&lt;b&gt;&amp;&quot;c&apos;&#13;\n\t");
    expect(escapeXml("\u0000\u001b\ud800\uffff😀")).to.equal("\ufffd\ufffd\ufffd\ufffd😀");
  });

  it("wraps the items of lists, writes maps as entries, and leaves out what is absent", () => {
    const value = {
      Names: ["a", "b"],
      Empty: [],
      Map: new Map([["k", 1]]),
      When: new Date(0),
      Flag: false,
      None: undefined,
      Null: null,
    };
    expect(xmlElement("R", value, "member")).to.equal(
      "<R><Names><member>a</member><member>b</member></Names><Empty></Empty>" +
        "<Map><entry><key>k</key><value>1</value></entry></Map><When>1970-01-01T00:00:00.000Z</When><Flag>false</Flag></R>",
    );
  });
});
