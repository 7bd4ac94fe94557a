import assert from "node:assert/strict";
import { join } from "node:path";
import { xmlText } from "../../src/book/junit.ts";
import { junitXml } from "../../src/book/mod.ts";
import { trial } from "./fixtures/runner.ts";

/** The elements of an XML text, each as its path; throws where the text is not well-formed. */
function elements(xml: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  assert.notEqual(rest, xml, "an XML declaration");
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)>|([^<]+)/gy;
  let end = 0;
  for (const match of rest.matchAll(token)) {
    const [whole, close, name, attributes = "", text = ""] = match;
    end = match.index + whole.length;
    assert.doesNotMatch(attributes + text, /&(?!(amp|lt|gt|quot|#\d+);)/);
    if (name === undefined) continue;
    if (close) assert.equal(open.pop(), name);
    else {
      open.push(name);
      found.push(open.join("/"));
    }
  }
  assert.equal(end, rest.length, `no XML from: ${rest.slice(end, end + 40)}`);
  assert.deepEqual(open, []);
  return found;
}

const CHAPTER = `# One & "two" \\<three>

\`\`\`ts
"<&>\\u0001\\ud800" // => "]]>"
\`\`\`

## Fine

\`\`\`ts
1 // => 1
\`\`\`

| rule | condition | errno | since |
| --- | --- | --- | --- |
| \`LAMP_BREAK/gone\` | x | EIO | all |
`;

Deno.test("junit: well-formed, a case a section, failures where they belong", async () => {
  await trial({ "a.md": CHAPTER }, { typeCheck: false }, ({ report }) => {
    const xml = junitXml(report);
    const paths = elements(xml);
    assert.equal(paths.filter((path) => path.endsWith("/testcase")).length, 3);
    assert.equal(paths.filter((path) => path.endsWith("/failure")).length, 2);
    assert.match(xml, /<testsuites name="bpfspec book" tests="3" failures="2" time="[\d.]+">/);
    assert.match(xml, /name="One &amp; &quot;two&quot; &lt;three&gt; \(line 1\)"/);
    assert.match(xml, /name="Fine \(line 7\)"[^>]*><\/testcase>/);
  });
});

Deno.test("junit: is written where it is asked for", async () => {
  const dir = await Deno.makeTempDir();
  const junit = join(dir, "junit.xml");
  await trial(
    { "a.md": "# A\n\n```ts\n1 // => 1\n```\n" },
    { junit, typeCheck: false },
    async () => {
      assert.equal(elements(await Deno.readTextFile(junit)).length, 3);
    },
  );
  await Deno.remove(dir, { recursive: true });
});

Deno.test("junit: text that XML cannot hold is replaced", () => {
  assert.equal(
    xmlText('a\u0000\ud800<b> & "c"\n'),
    "a\ufffd\ufffd&lt;b&gt; &amp; &quot;c&quot;\n",
  );
});
