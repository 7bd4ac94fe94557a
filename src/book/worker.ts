/**
 * The process that executes examples: it reads requests from stdin and answers on stdout (wire.ts).
 * The runner kills it when a section takes too long.
 */
import { type CodeFacts, factsOf } from "./facts.ts";
import { messageOf, nameOf, Runtime } from "./runtime.ts";
import { show } from "./show.ts";
import { decode, encode, linesOf, type Reply, type Request, type Thrown } from "./wire.ts";

const encoder = new TextEncoder();

function send(reply: Reply): void {
  let bytes = encoder.encode(encode(reply));
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

let hasBytes = false;
let rejected: unknown[] = [];
const runtime = new Runtime(send, () => ({ bytes: hasBytes ? "bytes" : "Uint8Array.of" }));
Reflect.set(globalThis, Symbol.for("bpfspec.book"), runtime);

for (const name of ["log", "info", "debug", "warn", "error"] as const) {
  console[name] = (...items: unknown[]) => {
    const text = items.map((item) => typeof item === "string" ? item : show(item)).join(" ");
    send({ kind: "output", text, line: runtime.line });
  };
}

globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  rejected.push(event.reason);
});

globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  rejected.push(event.error);
});

async function loadPrelude(specifier: string, claims: boolean): Promise<Reply> {
  try {
    const module = await import(specifier) as Record<string, unknown>;
    hasBytes = typeof module.bytes === "function";
    const facts: CodeFacts = factsOf(module, { claims });
    return { kind: "prelude", values: Object.keys(module), facts };
  } catch (error) {
    return { kind: "broken", message: `${nameOf(error)}: ${messageOf(error)}` };
  }
}

async function runSection({ url, claims }: Request & { kind: "section" }): Promise<Reply> {
  runtime.begin(claims);
  rejected = [];
  const thrown: Thrown[] = [];
  const start = performance.now();
  try {
    await import(url);
  } catch (error) {
    thrown.push(thrownFrom(error, url));
  }
  // Rejections that nobody handled are reported by the next turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 0));
  thrown.push(...rejected.map((error) => thrownFrom(error, url)));
  return runtime.end(performance.now() - start, thrown);
}

function thrownFrom(error: unknown, url: string): Thrown {
  const message = `${nameOf(error)}: ${messageOf(error)}`;
  const text = `${error instanceof Error ? error.stack ?? "" : ""}\n${message}`;
  const at = text.indexOf(`${url}:`);
  const line = at < 0 ? NaN : parseInt(text.slice(at + url.length + 1), 10);
  return { message, line: Number.isNaN(line) ? undefined : line };
}

/** Sends a reply; paths that are no plain data are left out, and said so. */
function answer(reply: Reply): void {
  try {
    send(reply);
  } catch (error) {
    if (reply.kind !== "done") throw error;
    const message = `the path of calls is no plain data: ${messageOf(error)}`;
    send({ ...reply, paths: [], thrown: [...reply.thrown, { message }] });
  }
}

for await (const line of linesOf(Deno.stdin.readable)) {
  const request = decode<Request>(line);
  if (request?.kind === "prelude") answer(await loadPrelude(request.specifier, request.claims));
  if (request?.kind === "section") answer(await runSection(request));
}
