/**
 * What the book alone covers of the model, and what the book and all tests cover together: Deno's
 * own V8 profiles, summed up by `deno coverage` and kept as lcov files under coverage/.
 */
const MODEL = "/src/(abi|bpffs|commands|kernel|machine|maps|process|programs|versions)/";
const PROFILES = ".cache/coverage";

async function deno(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout);
}

/** Sums profiles up: the table's closing line, and an lcov file. */
async function sum(name: string, dirs: readonly string[]): Promise<void> {
  const lcov = await deno("coverage", ...dirs, `--include=${MODEL}`, "--lcov");
  await Deno.mkdir("coverage", { recursive: true });
  await Deno.writeTextFile(`coverage/${name}.lcov`, lcov);
  const [found, hit] = [/^LF:(\d+)/gm, /^LH:(\d+)/gm].map((pattern) =>
    [...lcov.matchAll(pattern)].reduce((total, [, n]) => total + Number(n), 0)
  );
  if (found === 0) throw new Error(`no coverage of the model in ${dirs.join(", ")}`);
  const [branches, taken] = [/^BRF:(\d+)/gm, /^BRH:(\d+)/gm].map((pattern) =>
    [...lcov.matchAll(pattern)].reduce((total, [, n]) => total + Number(n), 0)
  );
  const percent = (part: number, whole: number) => `${(100 * part / whole).toFixed(1)}%`;
  console.log(
    `${name}: ${percent(hit, found)} of ${found} lines, ${
      percent(taken, branches)
    } of ${branches} branches (coverage/${name}.lcov)`,
  );
}

await Deno.remove(PROFILES, { recursive: true }).catch(() => {});
const book = `${PROFILES}/book`;
const tests = `${PROFILES}/tests`;
console.log("the book ...");
await deno("run", "-A", "src/cli/main.ts", "spec", "--recorded", "--coverage", book);
await sum("book", [book]);
console.log("all tests ...");
await deno("test", "-A", "--quiet", `--coverage=${tests}`, "test", "examples");
await sum("all", [book, tests]);
