/** The commands of the system that guests and their kernels need. */
import { KernelsError } from "./error.ts";
import { isInstalled, run } from "./run.ts";

/** Each command and Debian's package of it. */
const QEMU = { command: "qemu-system-x86_64", package: "qemu-system-x86" };
const TOOLS = [
  { command: "apt-get", package: "apt" },
  { command: "apt-cache", package: "apt" },
  { command: "dpkg-deb", package: "dpkg" },
  { command: "tar", package: "tar" },
];

/** Throws where one of the tools that packages are fetched with is missing. */
export async function needTools(): Promise<void> {
  for (const { command, package: name } of TOOLS) {
    if (await isInstalled(command)) continue;
    throw new KernelsError(
      `there is no ${command} (Debian's package ${name}): the kernels are Debian's packages, ` +
        "and are fetched and unpacked with its tools",
    );
  }
}

/** Throws where there is no qemu. */
export async function needQemu(): Promise<void> {
  if (await isInstalled(QEMU.command)) return;
  throw new KernelsError(
    `there is no ${QEMU.command}: install Debian's package ${QEMU.package} ` +
      "(`npx -y deno task kernels` does so as root)",
  );
}

/** Installs qemu where it is missing and this is root. */
export async function provideQemu(say: (text: string) => void): Promise<void> {
  if (await isInstalled(QEMU.command)) return;
  if (Deno.uid() !== 0) {
    throw new KernelsError(
      `there is no ${QEMU.command}: as root, \`apt-get install ${QEMU.package}\``,
    );
  }
  say(`there is no ${QEMU.command}: installing Debian's package ${QEMU.package}`);
  const install = ["install", "--yes", "--no-install-recommends", QEMU.package];
  let ran = await run("apt-get", install);
  if (!ran.success) {
    // A machine whose lists are missing or old does not know the package.
    await run("apt-get", ["update"]);
    ran = await run("apt-get", install);
  }
  if (!ran.success) throw new KernelsError(`${QEMU.package} cannot be installed:\n${ran.output}`);
}
