import { describe, expect, it } from "vitest";
import { exampleFinding, exampleReport, itemOf } from "../report/testing.ts";
import { compare } from "./compare.ts";
import { MARKER, toMarkdown } from "./markdown.ts";
import { toTable } from "./table.ts";

const before = exampleReport([itemOf({ pool: "inference" }, 0.2, 0.2)], []);
const after = exampleReport([itemOf({ pool: "inference" }, 0.3, 0.3)], [exampleFinding]);
const of = (was: typeof before, is: typeof after, notes: string[] = []) => ({
  ref: "main",
  commit: "1af3b93b6815bc44a9784bd300feb67ff0d1eeb3",
  notes,
  environments: [compare(was, is)],
});

describe("toMarkdown", () => {
  it("says first what changes in each environment, then each new finding and where the euros go", () => {
    expect(toMarkdown(of(before, after, ["package-lock.json differs from main."]))).toBe(`${MARKER}

### Plan against \`main\` (1af3b93b6815)

| environment | verdict | expected €/month | change | worst €/month | change | resources | findings |
| --- | --- | ---: | ---: | ---: | ---: | --- | --- |
| \`dev\` | ❌ findings | 876.00 | ±0.00 | 44 895.00 | ±0.00 | no resource changed | **1 new** |

❌ **security/no-open-firewall** (critical) in \`dev\`, \`nodes-firewall rules[0].sourceIps[0]\`
nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.<br>Fix: Remove the inbound rule.

<details><summary>dev: where the euros change</summary>

| part | expected €/month | change | worst €/month | change |
| --- | ---: | ---: | ---: | ---: |
| pool inference | 219.00 | +73.00 | 219.00 | +73.00 |

</details>

> package-lock.json differs from main.

Both sides were planned offline, each by its own program, rules and prices. Euros are net of tax.
`);
  });

  it("lets no text of a finding become markup, a mention or a link", () => {
    const evil = "<img src=x> | **bold** @someone #1 `code`\n\n# Title";
    const text = toMarkdown(of(before, exampleReport([], [{ ...exampleFinding, message: evil, path: "a`|b" }])));
    expect(text).not.toMatch(/(?<!\\)<img|(?<!\\)\*\*bold|@someone|#1|^# Title/m);
    expect(text).toContain("nodes-firewall a'\\|b");
  });

  it("fits into a comment however much has changed", () => {
    const findings = Array.from({ length: 500 }, (_, index) => ({ ...exampleFinding, path: `rules[${index}]` }));
    const items = Array.from({ length: 500 }, (_, index) => itemOf({ pool: `pool-${index}` }, 1, 1));
    const text = toMarkdown(of(before, exampleReport(items, findings)));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("… and 460 more findings.");
    expect(text).toContain("| and 462 more |");
  });
});

describe("toTable", () => {
  it("shows the change of euros beside the new amount, and every new finding", () => {
    expect(toTable(of(before, after), { colour: false })).toBe(
      `dev against main (1af3b93b6815): no resource changed; 1 new finding

                               expected €/month           change    worst €/month           change
  pool inference                         219.00           +73.00           219.00           +73.00
  total, net of tax                      876.00            ±0.00        44 895.00            ±0.00

  new mandatory security/no-open-firewall nodes-firewall
    nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.
`,
    );
  });
});
