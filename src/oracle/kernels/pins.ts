/** Which Debian package holds which kernel: `pins.json`, and how it is read and written. */
import { type Version, VERSIONS } from "bpfspec";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { KernelsError } from "./error.ts";

const PINS = new URL("pins.json", import.meta.url);

function text(name: string, isOne: (text: string) => boolean): t.Type<string> {
  const is = (value: unknown): value is string => typeof value === "string" && isOne(value);
  return new t.Type(
    name,
    is,
    (value, context) => is(value) ? t.success(value) : t.failure(value, context),
    t.identity,
  );
}

const AVersion = text("version", (value) => (VERSIONS as readonly string[]).includes(value));
const Sha256 = text("sha256", (value) => /^[0-9a-f]{64}$/.test(value));
/** What goes into a command line or a path has to look like what it is. */
const Word = text("word", (value) => /^[a-z0-9][a-zA-Z0-9.+~:-]*$/.test(value));
const Inside = text("path", (value) => /^[^/-][^\n]*$/.test(value) && !value.includes(".."));

const Pin = t.readonly(t.type({
  version: AVersion as t.Type<Version, string>,
  /** The Debian suite that has the package. */
  suite: Word,
  package: Word,
  /** The package's own version, which holds the kernel's. */
  packageVersion: Word,
  /** Of the whole package file. */
  sha256: Sha256,
  /** The path of the kernel's image in the package. */
  image: Inside,
}));

const PinsFile = t.readonly(t.type({ kernels: t.readonlyArray(Pin) }));

export type Pin = t.TypeOf<typeof Pin>;

/** Reads the text of a file of pins; throws with the place of what is wrong with it. */
export function parsePins(name: string, json: string): readonly Pin[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new KernelsError(`${name}: not JSON: ${(error as Error).message}`);
  }
  const read = PinsFile.decode(value);
  if (isLeft(read)) {
    const [first] = read.left;
    const place = first.context.map(({ key }) => key).filter((key) => key !== "").join(".");
    throw new KernelsError(`${name}: ${place || "the file"} is not as the format has it`);
  }
  const { kernels } = read.right;
  const twice = kernels.find(({ version }, i) =>
    kernels.findIndex((other) => other.version === version) < i
  );
  if (twice !== undefined) throw new KernelsError(`${name}: ${twice.version} is there twice`);
  return kernels;
}

/** The text of a file of pins, the older kernel first. */
export function pinsText(pins: readonly Pin[]): string {
  const order = (pin: Pin) => VERSIONS.indexOf(pin.version);
  const kernels = [...pins].sort((a, b) => order(a) - order(b));
  return JSON.stringify({ kernels }, undefined, 2) + "\n";
}

/** The pins, or of another file. */
export async function readPins(file: string | URL = PINS): Promise<readonly Pin[]> {
  const name = file === PINS ? "src/oracle/kernels/pins.json" : String(file);
  return parsePins(name, await Deno.readTextFile(file));
}

/** Puts a pin in the place of the one of the same kernel. */
export async function writePin(pin: Pin, file: string | URL = PINS): Promise<void> {
  const others = (await readPins(file)).filter(({ version }) => version !== pin.version);
  await Deno.writeTextFile(file, pinsText([...others, pin]));
}
