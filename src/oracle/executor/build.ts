/**
 * Gives the executor's binary: built from the sources beside this file where there is a C compiler,
 * else unpacked from `prebuilt.json`. `deno run -A src/oracle/executor/build.ts --write-prebuilt`
 * renews `prebuilt.json`.
 */

const HERE = new URL("./", import.meta.url);
const CACHE = new URL("../../../.cache/executor/", import.meta.url);
const PREBUILT = new URL("prebuilt.json", HERE);

const FLAGS = [
  ..."-std=gnu11 -Os -nostdlib -static -ffreestanding -fno-stack-protector -fno-pie -no-pie".split(
    " ",
  ),
  ..."-fno-asynchronous-unwind-tables -Wall -Wextra -s -Wl,--build-id=none".split(" "),
  ..."-Wl,-z,noseparate-code -Wl,-z,noexecstack".split(" "),
];

/** What `prebuilt.json` holds. */
export interface Prebuilt {
  readonly sources_sha256: string;
  readonly built_with: string;
  readonly gzip_base64: string;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sourceNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(HERE)) {
    if (/\.[ch]$/.test(entry.name)) names.push(entry.name);
  }
  return names.sort();
}

/** The SHA-256 of the sources, their names and the compiler's flags. */
export async function sourcesSha256(): Promise<string> {
  let text = FLAGS.join(" ") + "\n";
  for (const name of await sourceNames()) {
    text += `${name}\n${await Deno.readTextFile(new URL(name, HERE))}\n`;
  }
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** The committed binary. */
export async function readPrebuilt(): Promise<Prebuilt> {
  return JSON.parse(await Deno.readTextFile(PREBUILT));
}

async function through(bytes: Uint8Array, stream: TransformStream): Promise<Uint8Array> {
  const body = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

/** The binary in a `Prebuilt`. */
export function unpack(prebuilt: Prebuilt): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(prebuilt.gzip_base64), (c) => c.charCodeAt(0));
  return through(packed, new DecompressionStream("gzip"));
}

async function run(command: string, args: string[]): Promise<string | undefined> {
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(command, { args, stdout: "piped", stderr: "piped" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const decoder = new TextDecoder();
  if (!result.success) throw new Error(`${command} failed:\n${decoder.decode(result.stderr)}`);
  return decoder.decode(result.stdout);
}

function compiler(): string {
  return Deno.env.get("CC") ?? "cc";
}

/** Compiles to `path`; false where there is no compiler. */
async function compile(path: string): Promise<boolean> {
  const sources = (await sourceNames()).filter((name) => name.endsWith(".c"));
  const files = sources.map((name) => new URL(name, HERE).pathname);
  return await run(compiler(), [...FLAGS, "-o", path, ...files]) !== undefined;
}

async function unpackTo(path: string, sha256: string): Promise<void> {
  const prebuilt = await readPrebuilt();
  if (prebuilt.sources_sha256 !== sha256) {
    throw new Error(
      "there is no C compiler, and src/oracle/executor/prebuilt.json is older than the sources; " +
        "where there is one, renew it: deno run -A src/oracle/executor/build.ts --write-prebuilt",
    );
  }
  await Deno.writeFile(path, await unpack(prebuilt));
}

/**
 * The path of the executor's binary, built or unpacked if it is not there yet (for x86_64 Linux).
 * Two that build at the same time do not disturb each other.
 */
export async function executorBinary(): Promise<string> {
  const sha256 = await sourcesSha256();
  const directory = new URL(`${sha256.slice(0, 16)}/`, CACHE).pathname;
  const path = `${directory}executor`;
  if (await exists(path)) return path;
  await Deno.mkdir(directory, { recursive: true });
  const fresh = `${directory}${crypto.randomUUID()}`;
  if (!(await compile(fresh))) await unpackTo(fresh, sha256);
  await Deno.chmod(fresh, 0o755);
  await Deno.rename(fresh, path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function writePrebuilt(): Promise<void> {
  const path = await Deno.makeTempFile();
  if (!(await compile(path))) throw new Error(`there is no C compiler (${compiler()})`);
  const packed = await through(await Deno.readFile(path), new CompressionStream("gzip"));
  await Deno.remove(path);
  const prebuilt: Prebuilt = {
    sources_sha256: await sourcesSha256(),
    built_with: (await run(compiler(), ["--version"]))!.split("\n")[0],
    gzip_base64: btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join("")),
  };
  await Deno.writeTextFile(PREBUILT, JSON.stringify(prebuilt, null, 2) + "\n");
}

if (import.meta.main) {
  if (Deno.args.length === 1 && Deno.args[0] === "--write-prebuilt") await writePrebuilt();
  else if (Deno.args.length === 0) console.log(await executorBinary());
  else throw new Error(`not understood: ${Deno.args.join(" ")} (there is only --write-prebuilt)`);
}
