// node --experimental-vm-modules bare_context.js <bundle> <consumer>: runs the consumer on the bundle
// in a context that has what the language has, and nothing of Node, Deno or a browser.
import { readFileSync } from "node:fs";
import { argv, stdout } from "node:process";
import { createContext, SourceTextModule } from "node:vm";

const [bundlePath, consumerPath] = argv.slice(2);
const context = createContext({});

function moduleOf(path) {
  return new SourceTextModule(readFileSync(path, "utf8"), { context, identifier: path });
}

const bundle = moduleOf(bundlePath);
const consumer = moduleOf(consumerPath);
await consumer.link((specifier) => {
  if (specifier === "bpfspec") return bundle;
  throw new Error(`an import of "${specifier}"`);
});
await consumer.evaluate();
stdout.write(consumer.namespace.lines.join("\n"));
