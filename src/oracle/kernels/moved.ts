import type { Version } from "bpfspec";
import type { Pin } from "./pins.ts";
import type { Offered } from "./suite.ts";

/** How a pin is renewed. */
export function repinCommand(version: Version): string {
  return `npx -y deno task kernels --repin ${version}`;
}

/**
 * Why a pin cannot be had from its suite any more, or undefined where it can. `same` is what the
 * suite has of the pinned package, `others` what it has of that kernel.
 */
export function movedOn(
  pin: Pin,
  same: readonly Offered[],
  others: readonly Offered[],
): string | undefined {
  const { version, suite, packageVersion } = pin;
  const what = `${pin.package} ${packageVersion}`;
  const one = same.find((offered) => offered.packageVersion === packageVersion);
  if (one?.sha256 === pin.sha256) return undefined;
  if (one !== undefined) {
    return `${version}: ${suite} has ${what} with another checksum, ${one.sha256}; ` +
      `pinned is ${pin.sha256}. Unless there is a reason that you know, do not take it`;
  }
  const [newest] = others;
  const gone = `${version}: the package has moved on: ${suite} has no ${what} any more`;
  if (newest === undefined) {
    return `${gone}, and nothing else of ${version}. Where another suite has it: ` +
      `\`${repinCommand(version)} --suite <suite>\``;
  }
  return `${gone}; now it has ${newest.package} ${newest.packageVersion}. ` +
    `\`${repinCommand(version)}\` takes that one`;
}
