/**
 * One Debian suite in an apt state of its own: the machine's sources, lists and packages stay as
 * they are. Its proxies and the like are used, its hooks are not.
 */
import type { Version } from "bpfspec";
import { KernelsError } from "./error.ts";
import type { Mirror } from "./mirror.ts";
import { run } from "./run.ts";

/** A package as a suite has it. */
export interface Offered {
  readonly package: string;
  readonly packageVersion: string;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** No key of the machine's signs a suite. */
export class UnsignedError extends KernelsError {}

function configuration(directory: string): string {
  return `Dir::State "${directory}";
Dir::State::lists "${directory}/lists";
Dir::State::status "/dev/null";
Dir::Cache "${directory}/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${directory}/sources";
Acquire::PDiffs "false";
Acquire::Retries "3";
# The state is the caller's own, which apt's user cannot enter.
APT::Sandbox::User "${Deno.uid() === 0 ? "root" : ""}";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
}

/** The source of the private state, in apt's paragraph form. */
export function sourceText(suite: string, mirror: Mirror, isTrusted: boolean): string {
  const signed = mirror.signedBy === undefined ? [] : [`Signed-By: ${mirror.signedBy}`];
  return [
    ...["Types: deb", `URIs: ${mirror.uri}`, `Suites: ${suite}`, "Components: main"],
    ...["Architectures: amd64", "Languages: none", "Targets: Packages"],
    ...(isTrusted ? ["Trusted: yes"] : signed),
    "",
  ].join("\n");
}

/** A suite whose lists are there. */
export class Suite {
  readonly name: string;
  readonly #conf: string;

  private constructor(name: string, conf: string) {
    this.name = name;
    this.#conf = conf;
  }

  /**
   * Gets the lists of a suite. Where none of the machine's keys signs it, `isPinned` says that what
   * is taken from it will be held to a checksum of our own, and then the lists are believed.
   */
  static async open(
    name: string,
    mirror: Mirror,
    directory: string,
    isPinned: boolean,
  ): Promise<Suite> {
    for (const part of ["lists/partial", "cache/archives/partial", "sources"]) {
      await Deno.mkdir(`${directory}/${part}`, { recursive: true });
    }
    const suite = new Suite(name, `${directory}/apt.conf`);
    await Deno.writeTextFile(suite.#conf, configuration(directory));
    const source = `${directory}/sources/suite.sources`;
    await Deno.writeTextFile(source, sourceText(name, mirror, false));
    try {
      await suite.#update();
    } catch (error) {
      if (!(error instanceof UnsignedError) || !isPinned) throw error;
      await Deno.writeTextFile(source, sourceText(name, mirror, true));
      await suite.#update();
    }
    return suite;
  }

  async #update(): Promise<void> {
    // Without Error-Mode a list that cannot be had is only a warning.
    const ran = await this.#apt("apt-get", ["-o", "APT::Update::Error-Mode=any", "update"]);
    if (ran.success) return;
    const what = `the lists of ${this.name} cannot be had:\n${ran.output}`;
    throw /NO_PUBKEY|not signed/.test(ran.output)
      ? new UnsignedError(what)
      : new KernelsError(what);
  }

  #apt(command: string, args: readonly string[], cwd?: string) {
    return run(command, ["-c", this.#conf, ...args], cwd);
  }

  /** Every version of these packages that the suite has. */
  async offers(packages: readonly string[]): Promise<readonly Offered[]> {
    if (packages.length === 0) return [];
    // It fails where it does not know one of them, and still shows the others.
    const { stdout } = await this.#apt("apt-cache", ["show", ...packages]);
    return parseOffers(stdout);
  }

  /** The packages with an image of a kernel, the newest first. */
  async kernels(version: Version): Promise<readonly Offered[]> {
    const { stdout } = await this.#apt("apt-cache", ["pkgnames", "linux-"]);
    const ours = stdout.split("\n").filter((name) => isKernelOf(version, name));
    return newestFirst(await this.offers(ours));
  }

  /**
   * Downloads a package; apt continues one that is there in part, where the mirror can do that.
   * Gives the file's path.
   */
  async download(wanted: Offered, into: string): Promise<string> {
    const what = `${wanted.package}=${wanted.packageVersion}`;
    let ran = await this.#apt("apt-get", ["download", what], into);
    const part = await downloaded(wanted, into);
    if (!ran.success && part !== undefined && /Hash Sum mismatch/.test(ran.output)) {
      // What was there before may be what is wrong.
      await Deno.remove(part);
      ran = await this.#apt("apt-get", ["download", what], into);
    }
    if (!ran.success) {
      throw new KernelsError(`${what} of ${this.name} cannot be had:\n${ran.output}`);
    }
    const file = await downloaded(wanted, into);
    if (file === undefined) throw new KernelsError(`apt-get download ${what} left no file`);
    return file;
  }
}

/** The file of a package, whole or not, in the directory that it is downloaded into. */
export async function downloaded(wanted: Offered, into: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(into)) {
    if (name.startsWith(`${wanted.package}_`) && name.endsWith(".deb")) return `${into}/${name}`;
  }
  return undefined;
}

/** Whether a package may hold an image of a kernel: `linux-image-6.1.0-56-cloud-amd64` of 6.1. */
export function isKernelOf(version: Version, name: string): boolean {
  const line = version.replace(".", "\\.");
  return new RegExp(`^linux-(image|binary)-${line}\\.\\d.*-cloud-amd64$`).test(name);
}

/** Reads what `apt-cache show` says. */
export function parseOffers(text: string): readonly Offered[] {
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1];
    const [name, version, sha256] = [field("Package"), field("Version"), field("SHA256")];
    if (name === undefined || version === undefined || sha256 === undefined) return [];
    return [{ package: name, packageVersion: version, sha256, size: Number(field("Size")) }];
  });
}

/** In newer Debian an image is in `linux-binary-*`, and `linux-image-*` only depends on that. */
function newestFirst(offers: readonly Offered[]): readonly Offered[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...offers].sort((a, b) =>
    compare(b.packageVersion, a.packageVersion) || compare(b.size.toString(), a.size.toString())
  );
}
