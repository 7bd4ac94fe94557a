/**
 * Builds the npm package into dist/ (`deno task build`): the model as one ES module without imports,
 * the same minified for browsers, the licences of what is bundled, and the type declarations.
 */
import * as esbuild from "esbuild";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { emitDeclarations } from "./declarations.ts";
import { DIST, ROOT } from "./places.ts";

/** fp-ts as its ES modules, of which only what is used is bundled. */
const FP_TS: esbuild.Plugin = {
  name: "fp-ts-as-modules",
  setup(build) {
    build.onResolve({ filter: /^fp-ts\/lib\// }, ({ path, resolveDir, kind }) => {
      const module = path.replace("fp-ts/lib/", "fp-ts/es6/");
      return build.resolve(module, { resolveDir, kind });
    });
  },
};

async function bundle(outfile: string, minify: boolean): Promise<esbuild.Metafile> {
  const { metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ["src/mod.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    sourcemap: "linked",
    sourcesContent: true,
    minify,
    legalComments: "none",
    banner: { js: `/*! bpfspec, MIT; what is bundled: see ${LICENSES} */` },
    plugins: [FP_TS],
    metafile: true,
    logLevel: "warning",
  });
  for (const { imports } of Object.values(metafile.outputs)) {
    if (imports.length > 0) throw new Error(`${outfile} imports ${imports[0].path}`);
  }
  return metafile;
}

const LICENSES = "LICENSES.txt";

/** The package that a bundled file is of; undefined where it is the project's own. */
function packageOf(input: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/** The licences of the packages that are bundled, which go wherever the bundle goes. */
async function licenses({ inputs }: esbuild.Metafile): Promise<string> {
  const names = new Set(Object.keys(inputs).map(packageOf).filter((name) => name !== undefined));
  const texts = [...names].sort().map(async (name) => {
    const text = await Deno.readTextFile(join(ROOT, "node_modules", name, "LICENSE"));
    return `${name}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(72)}\n\n`);
}

export interface Built {
  /** Bytes of the browser bundle after gzip. */
  readonly gzipped: number;
}

/** Builds everything anew. */
export async function build(): Promise<Built> {
  await Deno.remove(DIST, { recursive: true }).catch(ifAbsent);
  await Deno.mkdir(DIST);
  const browser = join(DIST, "browser.js");
  try {
    const metafile = await bundle(join(DIST, "mod.js"), false);
    await Deno.writeTextFile(join(DIST, LICENSES), await licenses(metafile));
    await bundle(browser, true);
  } finally {
    await esbuild.stop();
  }
  await emitDeclarations();
  return { gzipped: gzipSync(await Deno.readFile(browser), { level: 9 }).length };
}

function ifAbsent(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** `browser bundle: 61.9 KiB gzipped` */
export function sizeLine({ gzipped }: Built): string {
  return `browser bundle: ${(gzipped / 1024).toFixed(1)} KiB gzipped`;
}

if (import.meta.main) {
  const built = await build();
  console.log(`built into ${basename(DIST)}/`);
  console.log(sizeLine(built));
}
