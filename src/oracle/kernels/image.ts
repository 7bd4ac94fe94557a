/** The images of the pinned kernels, in the user's cache. */
import type { Version } from "bpfspec";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { KernelsError } from "./error.ts";
import { type Pin, readPins } from "./pins.ts";

/** The directory of all that `bpfspec kernels` keeps. */
export function cacheDirectory(): string {
  const [xdg, home] = [Deno.env.get("XDG_CACHE_HOME"), Deno.env.get("HOME")];
  // The base directory specification says that a relative one is to be ignored.
  if (xdg?.startsWith("/")) return `${xdg}/bpfspec/kernels`;
  if (home === undefined) throw new KernelsError("neither XDG_CACHE_HOME nor HOME is set");
  return `${home}/.cache/bpfspec/kernels`;
}

/** A kernel's own directory in the cache: `vmlinuz`, `stamp.json` and what is being downloaded. */
export function kernelDirectory(version: Version): string {
  return `${cacheDirectory()}/${version}`;
}

/** What an image was unpacked from. */
const Stamp = t.type({ package: t.string, packageVersion: t.string, sha256: t.string });

export type State =
  | { readonly kind: "there"; readonly path: string }
  | { readonly kind: "missing" }
  /** An image of another package than the pinned one. */
  | { readonly kind: "stale"; readonly packageVersion: string };

/** Whether the image of a pin is in the cache. */
export async function stateOf(pin: Pin): Promise<State> {
  const directory = kernelDirectory(pin.version);
  const path = `${directory}/vmlinuz`;
  try {
    await Deno.stat(path);
    const stamp = Stamp.decode(JSON.parse(await Deno.readTextFile(`${directory}/stamp.json`)));
    if (isLeft(stamp)) return { kind: "missing" };
    const { packageVersion, sha256 } = stamp.right;
    return sha256 === pin.sha256 ? { kind: "there", path } : { kind: "stale", packageVersion };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) {
      return { kind: "missing" };
    }
    throw error;
  }
}

/** Says what the image beside it is; written last, so that there is no stamp on half an image. */
export async function writeStamp(pin: Pin): Promise<void> {
  const { package: name, packageVersion, sha256 } = pin;
  const text = JSON.stringify({ package: name, packageVersion, sha256 }, undefined, 2) + "\n";
  await Deno.writeTextFile(`${kernelDirectory(pin.version)}/stamp.json`, text);
}

/** The path of a kernel's cached image; undefined where it is not there, or another than pinned. */
export async function imageOf(version: Version): Promise<string | undefined> {
  const pin = (await readPins()).find((each) => each.version === version);
  if (pin === undefined) return undefined;
  const state = await stateOf(pin);
  return state.kind === "there" ? state.path : undefined;
}
