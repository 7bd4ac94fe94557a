/** The pinned kernels: what is read from apt and from the pins. No network and no guest. */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { GuestError } from "../../src/oracle/guest.ts";
import { imageOf } from "../../src/oracle/kernels/image.ts";
import { mirrorOf, parseList, parseParagraphs } from "../../src/oracle/kernels/mirror.ts";
import { movedOn } from "../../src/oracle/kernels/moved.ts";
import { parsePins, type Pin, pinsText, readPins } from "../../src/oracle/kernels/pins.ts";
import { isKernelOf, parseOffers, sourceText } from "../../src/oracle/kernels/suite.ts";
import type { KernelRunner, ScriptResult, ScriptText } from "../../src/oracle/script.ts";
import { Survivor } from "../../src/oracle/survivor.ts";

const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

const LIST = `
# deb http://off.example/debian trixie main
deb [arch=amd64 signed-by=${KEYS}] http://one.example/debian bookworm main contrib # said
deb-src http://one.example/debian bookworm main
deb http://safe.example/debian-security bookworm-security main
deb https://tools.example/node bookworm main
`;

const PARAGRAPHS = `Types: deb deb-src
# a comment within
URIs: http://two.example/debian/
Suites: trixie trixie-updates
Components: main
Signed-By: ${KEYS}

Types: deb
URIs: http://two.example/debian-security
Suites: trixie-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://off.example/debian
Suites: sid
Components: main
Enabled: no

Types: deb-src
URIs: http://source.example/debian
Suites: sid
Components: main
`;

Deno.test("sources in lines", () => {
  deepEqual(parseList(LIST), [
    {
      uris: ["http://one.example/debian"],
      suites: ["bookworm"],
      components: ["main", "contrib"],
      signedBy: KEYS,
    },
    {
      uris: ["http://safe.example/debian-security"],
      suites: ["bookworm-security"],
      components: ["main"],
    },
    { uris: ["https://tools.example/node"], suites: ["bookworm"], components: ["main"] },
  ]);
});

Deno.test("sources in paragraphs: those that are on and have binary packages", () => {
  const sources = parseParagraphs(PARAGRAPHS);
  deepEqual(sources.map(({ uris }) => uris), [
    ["http://two.example/debian/"],
    ["http://two.example/debian-security"],
  ]);
  deepEqual(sources[0].suites, ["trixie", "trixie-updates"]);
  equal(sources[0].signedBy, KEYS);
});

Deno.test("a suite comes from the mirror of its kind", () => {
  const lines = parseList(LIST);
  deepEqual(mirrorOf("sid", lines), { uri: "http://one.example/debian", signedBy: KEYS });
  deepEqual(mirrorOf("bullseye-security", lines), { uri: "http://safe.example/debian-security" });
  equal(mirrorOf("bullseye", parseParagraphs(PARAGRAPHS)).uri, "http://two.example/debian/");
});

Deno.test("what names its suites as Debian does is taken only where nothing else is there", () => {
  const others = parseList(
    "deb https://tools.example/node bookworm main\ndeb http://m.example/debian bookworm main",
  );
  equal(mirrorOf("sid", others).uri, "http://m.example/debian");
});

Deno.test("no mirror is an error that says which", () => {
  const others = parseList(
    "deb http://x.example/ubuntu noble main\ndeb http://y.example/r tools-1 main",
  );
  throws(() => mirrorOf("sid", others), /no mirror of Debian$/);
  throws(() => mirrorOf("bookworm-security", others), /no mirror of Debian's security updates$/);
});

Deno.test("a key in lines goes into the private source as it came", () => {
  const mirror = mirrorOf("trixie-security", parseParagraphs(PARAGRAPHS));
  match(
    sourceText("trixie-security", mirror, false),
    /^Signed-By: *\n -----BEGIN [^]*\n -----END/m,
  );
  const [again] = parseParagraphs(sourceText("trixie-security", mirror, false));
  deepEqual(again.suites, ["trixie-security"]);
  match(sourceText("sid", mirror, true), /^Trusted: yes$/m);
});

Deno.test("the pins are as their format has them, and are written as they stand", async () => {
  const pins = await readPins();
  deepEqual(pins.map(({ version }) => version), ["5.10", "6.1", "6.12", "7.2"]);
  const file = new URL("../../src/oracle/kernels/pins.json", import.meta.url);
  equal(pinsText(pins), await Deno.readTextFile(file));
  for (const pin of pins) equal(isKernelOf(pin.version, pin.package), true, pin.package);
});

const PIN: Pin = {
  version: "6.1",
  suite: "bookworm-security",
  package: "linux-image-6.1.0-56-cloud-amd64",
  packageVersion: "6.1.192-2",
  sha256: "ab".repeat(32),
  image: "boot/vmlinuz-6.1.0-56-cloud-amd64",
};

Deno.test("an error in the pins names its place", () => {
  const parse = (...kernels: unknown[]) => () => parsePins("p.json", JSON.stringify({ kernels }));
  deepEqual(parse(PIN)(), [PIN]);
  throws(() => parsePins("p.json", "{"), /^KernelsError: p\.json: not JSON: /);
  throws(() => parsePins("p.json", "[]"), /p\.json: the file is not as the format has it/);
  throws(parse(PIN, { ...PIN, version: "6.2" }), /p\.json: kernels\.1.*\.version is not/);
  throws(parse({ ...PIN, sha256: "AB".repeat(32) }), /kernels\.0.*\.sha256 is not/);
  throws(parse({ ...PIN, package: "--option" }), /kernels\.0.*\.package is not/);
  throws(parse({ ...PIN, image: "../../etc/passwd" }), /kernels\.0.*\.image is not/);
  throws(parse(PIN, PIN), /p\.json: 6\.1 is there twice/);
});

const OFFERED = { package: PIN.package, packageVersion: PIN.packageVersion, sha256: PIN.sha256 };

Deno.test("a package that has moved on: what there is now, and how to take it", () => {
  const one = { ...OFFERED, size: 1 };
  equal(movedOn(PIN, [one], []), undefined);
  const newer = {
    ...one,
    package: "linux-image-6.1.0-57-cloud-amd64",
    packageVersion: "6.1.199-1",
  };
  match(
    movedOn(PIN, [], [newer])!,
    /has no linux-image-6\.1\.0-56-cloud-amd64 6\.1\.192-2 any more; now it has linux-image-6\.1\.0-57-cloud-amd64 6\.1\.199-1\..*--repin 6\.1`/,
  );
  match(movedOn(PIN, [], [])!, /nothing else of 6\.1\..*--repin 6\.1 --suite <suite>`/);
  match(movedOn(PIN, [{ ...one, sha256: "cd".repeat(32) }], [])!, /another checksum, (cd){32}/);
});

Deno.test("packages with an image are told from those about it", () => {
  const names = [
    "linux-image-6.1.0-0.deb11.52-cloud-amd64",
    "linux-image-6.1-cloud-amd64",
    "linux-image-6.1.0-50-amd64",
    "linux-image-6.12.107+deb13-cloud-amd64",
    "linux-image-6.1.0-50-cloud-amd64-dbg",
    "linux-binary-unsigned-6.1.9-cloud-amd64",
  ];
  deepEqual(names.filter((name) => isKernelOf("6.1", name)), names.slice(0, 1));
});

Deno.test("what apt-cache shows is read", () => {
  const text =
    `Package: a\nVersion: 1:2-3\nDescription: b\n Version: no\nSize: 12\nSHA256: 0f\n\n` +
    "Package: virtual\nVersion: 1\n\n";
  deepEqual(parseOffers(text), [{ package: "a", packageVersion: "1:2-3", sha256: "0f", size: 12 }]);
});

Deno.test("an image counts only with the stamp of its pin", async () => {
  const cache = await Deno.makeTempDir();
  const before = Deno.env.get("XDG_CACHE_HOME");
  Deno.env.set("XDG_CACHE_HOME", cache);
  try {
    const directory = `${cache}/bpfspec/kernels/6.1`;
    await Deno.mkdir(directory, { recursive: true });
    equal(await imageOf("6.1"), undefined);
    await Deno.writeTextFile(`${directory}/vmlinuz`, "image");
    equal(await imageOf("6.1"), undefined);
    const pin = (await readPins()).find(({ version }) => version === "6.1")!;
    const stamp = (sha256: string) =>
      Deno.writeTextFile(`${directory}/stamp.json`, JSON.stringify({ ...pin, sha256 }));
    await stamp("00".repeat(32));
    equal(await imageOf("6.1"), undefined);
    await stamp(pin.sha256);
    equal(await imageOf("6.1"), `${directory}/vmlinuz`);
    equal(await imageOf("6.18"), undefined);
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
    await Deno.remove(cache, { recursive: true });
  }
});

/** A runner that dies in the scripts whose name begins with "bad". */
function mortal(boots: string[][]): KernelRunner {
  return {
    release: "r",
    version: "v",
    cpus: 1,
    shared: false,
    async *run(scripts) {
      const ran: string[] = [];
      boots.push(ran);
      for (const { name } of scripts) {
        ran.push(name);
        await Promise.resolve();
        if (name === "lost") throw new Error("not the guest's death");
        if (name.startsWith("bad")) throw new GuestError("the guest hangs", name, "Oops");
        yield { name, steps: [], killed: [], lines: [] };
      }
    },
    close: () => Promise.resolve(),
  };
}

function scripts(...names: string[]): ScriptText[] {
  return names.map((name) => ({ name, text: `script ${name}\n0 exec\nend\n` }));
}

async function all(runner: KernelRunner, ...names: string[]): Promise<ScriptResult[]> {
  const results: ScriptResult[] = [];
  for await (const result of runner.run(scripts(...names))) results.push(result);
  return results;
}

Deno.test("a guest that dies goes on behind the script that killed it", async () => {
  const boots: string[][] = [];
  const survivor = new Survivor(mortal(boots));
  const results = await all(survivor, "a", "bad1", "b", "bad2");
  deepEqual(results.map(({ name }) => name), ["a", "bad1", "b", "bad2"]);
  deepEqual(boots, [["a", "bad1"], ["b", "bad2"]]);
  deepEqual(
    results.map((result) => survivor.died(result)?.message),
    [
      undefined,
      "the guest hangs in script bad1\nOops",
      undefined,
      "the guest hangs in script bad2\nOops",
    ],
  );
});

Deno.test("what is no death of a guest, or one too many, is not survived", async () => {
  await rejects(all(new Survivor(mortal([])), "a", "lost", "b"), /not the guest's death/);
  const many = Array.from({ length: 12 }, (_, i) => `bad${i}`);
  await rejects(all(new Survivor(mortal([])), ...many), /the guest hangs in script bad9/);
});
