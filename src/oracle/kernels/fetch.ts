/** Gets the pinned kernels, and pins others. */
import type { Version } from "bpfspec";
import { KernelsError } from "./error.ts";
import { cacheDirectory, kernelDirectory, stateOf, writeStamp } from "./image.ts";
import { mirrorOf, readSources } from "./mirror.ts";
import { movedOn } from "./moved.ts";
import { needTools } from "./need.ts";
import { type Pin, readPins, writePin } from "./pins.ts";
import { downloaded, type Offered, Suite } from "./suite.ts";
import { findImage, sha256Of, unpackFile } from "./unpack.ts";

/** How a fetch tells what it does. */
export interface Telling {
  /** What is being done just now. */
  readonly onProgress: (text: string) => void;
}

function suitesDirectory(): string {
  return `${cacheDirectory()}/apt`;
}

/** The suites of one fetch: each one's lists are got once. */
export class Suites {
  readonly #open = new Map<string, Promise<Suite>>();
  readonly #telling: Telling;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  /** A suite; `isPinned` as `Suite.open` has it. */
  get(name: string, isPinned: boolean): Promise<Suite> {
    const key = `${name} ${isPinned}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const opened = this.#lists(name, isPinned);
    this.#open.set(key, opened);
    return opened;
  }

  async #lists(name: string, isPinned: boolean): Promise<Suite> {
    await needTools();
    const mirror = mirrorOf(name, await readSources());
    this.#telling.onProgress(`the lists of ${name}`);
    return await Suite.open(name, mirror, `${suitesDirectory()}/${name}`, isPinned);
  }

  /** Removes the lists, which are large and soon old. */
  async forget(): Promise<void> {
    this.#open.clear();
    await Deno.remove(suitesDirectory(), { recursive: true }).catch(() => {});
  }
}

/** Gets the image of a pin where it is not in the cache yet; false where it was there. */
export async function fetchKernel(pin: Pin, suites: Suites, telling: Telling): Promise<boolean> {
  if ((await stateOf(pin)).kind === "there") return false;
  const suite = await suites.get(pin.suite, true);
  const same = await suite.offers([pin.package]);
  const wanted = same.find(({ packageVersion }) => packageVersion === pin.packageVersion);
  const moved = movedOn(pin, same, wanted === undefined ? await suite.kernels(pin.version) : []);
  if (moved !== undefined) throw new KernelsError(moved);
  const deb = await download(suite, pin.version, wanted!, telling);
  await install(pin, deb, telling);
  return true;
}

async function install(pin: Pin, deb: string, { onProgress }: Telling): Promise<void> {
  onProgress(`${pin.version}: unpacking ${pin.image}`);
  const directory = kernelDirectory(pin.version);
  await Deno.remove(`${directory}/stamp.json`).catch(() => {});
  await unpackFile(deb, pin.image, `${directory}/vmlinuz`);
  await writeStamp(pin);
  await Deno.remove(`${directory}/download`, { recursive: true });
}

/** Downloads a package and holds it to its checksum. */
async function download(
  suite: Suite,
  version: Version,
  wanted: Offered,
  telling: Telling,
): Promise<string> {
  const into = `${kernelDirectory(version)}/download`;
  await Deno.mkdir(into, { recursive: true });
  const before = await wholeOne(wanted, into);
  if (before !== undefined) return before;
  const file = await whileTelling(
    version,
    wanted,
    into,
    telling,
    () => suite.download(wanted, into),
  );
  const sha256 = await sha256Of(file);
  if (sha256 === wanted.sha256) return file;
  await Deno.remove(file);
  throw new KernelsError(
    `${version}: the checksum of ${wanted.package} is ${sha256}, and should be ${wanted.sha256}`,
  );
}

/** The package's file where it is there whole; apt would take one for good by its size alone. */
async function wholeOne(wanted: Offered, into: string): Promise<string | undefined> {
  const file = await downloaded(wanted, into);
  if (file === undefined || (await Deno.stat(file)).size < wanted.size) return undefined;
  if (await sha256Of(file) === wanted.sha256) return file;
  await Deno.remove(file);
  return undefined;
}

/** Tells how large the package's file is by now, until `act` is done. */
async function whileTelling<T>(
  version: Version,
  wanted: Offered,
  into: string,
  { onProgress }: Telling,
  act: () => Promise<T>,
): Promise<T> {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const tell = async () => {
    const file = await downloaded(wanted, into);
    const size = file === undefined ? 0 : (await Deno.stat(file)).size;
    onProgress(`${version}: ${wanted.package}, ${megabytes(size)} of ${megabytes(wanted.size)} MB`);
  };
  // The file may be gone between the two looks: it is no reason to stop.
  const timer = setInterval(() => tell().catch(() => {}), 250);
  try {
    return await act();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Takes the newest package of a kernel that a suite has, and pins it. Here the checksum comes from
 * the suite's lists, so that these have to be signed.
 */
export async function repin(
  version: Version,
  suites: Suites,
  telling: Telling,
  suiteName?: string,
): Promise<Pin> {
  const name = suiteName ?? (await readPins()).find((pin) => pin.version === version)?.suite;
  if (name === undefined) {
    throw new KernelsError(`${version} has no pin yet: say --suite <suite>, one that has it`);
  }
  const suite = await suites.get(name, false);
  const offers = await suite.kernels(version);
  if (offers.length === 0) throw new KernelsError(`${name} has no kernel ${version}`);
  for (const offered of offers) {
    const deb = await download(suite, version, offered, telling);
    const image = await findImage(deb);
    if (image === undefined) {
      await Deno.remove(deb);
      continue;
    }
    const { package: packageName, packageVersion, sha256 } = offered;
    const pin = { version, suite: name, package: packageName, packageVersion, sha256, image };
    await install(pin, deb, telling);
    await writePin(pin);
    return pin;
  }
  throw new KernelsError(`no package of ${version} in ${name} has an image`);
}
