/** The npm package as its users meet it: packed, installed in an empty folder, checked and run. */
import type { Map as ImmutableMap } from "immutable";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { build, sizeLine } from "./build.ts";
import { lines } from "./consumer/consumer.ts";
import type { Map as DeclaredMap } from "./immutable.ts";
import { DIST, ROOT, run } from "./places.ts";

/** Immutable's map is what the declarations say of it: this line is checked by the compiler. */
const declared: (map: ImmutableMap<string, number>) => DeclaredMap<string, number> = (map) => map;

const HERE = join(ROOT, "test", "package");

/** Packs dist/ and installs it in a new folder, which has the consumer's source beside it. */
async function installed(folder: string): Promise<void> {
  const packed = await run("npm", [
    "pack",
    "--ignore-scripts",
    "--json",
    "--pack-destination",
    folder,
  ]);
  const [{ filename }] = JSON.parse(packed) as readonly { readonly filename: string }[];
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  // Offline: the package has no dependency, so that nothing is to be fetched.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], folder);
  await Deno.copyFile(join(HERE, "consumer", "consumer.ts"), join(folder, "consumer.ts"));
}

/** How projects resolve what they import. */
const RESOLUTIONS = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
] as const;

async function typeCheck(folder: string, how: (typeof RESOLUTIONS)[number]): Promise<void> {
  const compilerOptions = {
    ...how,
    target: "es2022",
    lib: ["es2022"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  };
  const config = join(folder, "tsconfig.json");
  await Deno.writeTextFile(config, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await run("tsc", ["--project", config]);
}

const PRINT = `import { lines } from "./consumer.js"; process.stdout.write(lines.join("\\n"));`;

/** A reference to what only some hosts have. Methods and keys of such a name are not meant. */
const HOST = /["'`]node:|\bDeno\b|\brequire\s*\(|(?<![.\w$])process\s*(?:\.|\?\.|\[)/;

Deno.test("the package", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "bpfspec-package-" });
  try {
    await t.step("builds", async () => console.log(sizeLine(await build())));
    await t.step("packs and installs in an empty folder, with no dependency", async () => {
      await installed(folder);
      const modules = Array.from(Deno.readDirSync(join(folder, "node_modules")), (e) => e.name);
      deepStrictEqual(modules.filter((name) => !name.startsWith(".")), ["bpfspec"]);
    });
    for (const how of RESOLUTIONS) {
      await t.step(`type-checks a strict consumer, ${how.moduleResolution}`, async () => {
        await typeCheck(folder, how);
      });
    }
    await t.step("runs under Node as the sources do under Deno", async () => {
      const told = await run("node", ["--input-type=module", "--eval", PRINT], folder);
      deepStrictEqual(told.split("\n"), lines);
    });
    await t.step("has a browser bundle that names no host", async () => {
      const text = await Deno.readTextFile(join(DIST, "browser.js"));
      strictEqual(HOST.exec(text)?.[0], undefined);
    });
    await t.step("runs in a context that has nothing but the language", async () => {
      const args = [
        "--no-warnings",
        "--experimental-vm-modules",
        join(HERE, "bare_context.js"),
        join(DIST, "browser.js"),
        join(folder, "consumer.js"),
      ];
      deepStrictEqual((await run("node", args)).split("\n"), lines);
    });
    ok(declared);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
