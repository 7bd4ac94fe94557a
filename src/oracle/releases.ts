import { type Version, VERSIONS } from "bpfspec";

/** Which of the model's five kernels a release is: `6.18.44-x` is 6.18; most are none of them. */
export function versionOfRelease(release: string): Version | undefined {
  const numbers = /^(\d+\.\d+)(?:\.|-|$)/.exec(release)?.[1];
  return VERSIONS.find((version) => version === numbers);
}
