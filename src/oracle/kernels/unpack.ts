/** Files out of Debian packages. */
import { KernelsError } from "./error.ts";
import { run } from "./run.ts";

/** The SHA-256 of a file, as hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const IMAGE = /(?:^|\s)\.\/(boot\/vmlinuz-\S+|(?:usr\/)?lib\/modules\/[^/\s]+\/vmlinuz)$/;

/** The path of the kernel's image in a package; undefined where the package has none. */
export async function findImage(deb: string): Promise<string | undefined> {
  const ran = await run("dpkg-deb", ["--contents", deb]);
  if (!ran.success) throw new KernelsError(`${deb} cannot be read:\n${ran.output}`);
  for (const line of ran.stdout.split("\n")) {
    const found = line.startsWith("-") ? IMAGE.exec(line) : null;
    if (found !== null) return found[1];
  }
  return undefined;
}

/** Writes one file of a package to `to`, which is there only when it is whole. */
export async function unpackFile(deb: string, inside: string, to: string): Promise<void> {
  const part = `${to}.part`;
  const out = await Deno.open(part, { write: true, create: true, truncate: true });
  const packed = new Deno.Command("dpkg-deb", {
    args: ["--fsys-tarfile", deb],
    stdout: "piped",
  }).spawn();
  const tar = new Deno.Command("tar", {
    args: ["--extract", "--to-stdout", "--file=-", `./${inside}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(tar.stderr).text();
  await Promise.all([packed.stdout.pipeTo(tar.stdin), tar.stdout.pipeTo(out.writable)]);
  const success = (await packed.status).success && (await tar.status).success;
  if (!success || (await Deno.stat(part)).size === 0) {
    await Deno.remove(part);
    throw new KernelsError(`${inside} cannot be unpacked from ${deb}:\n${await errors}`.trim());
  }
  await errors;
  await Deno.rename(part, to);
}
