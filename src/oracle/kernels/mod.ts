/** The kernels that the machine does not run: pinned packages of Debian, cached. */
export { KernelsError } from "./error.ts";
export { fetchKernel, repin, Suites, type Telling } from "./fetch.ts";
export { cacheDirectory, imageOf, kernelDirectory, type State, stateOf } from "./image.ts";
export { repinCommand } from "./moved.ts";
export { needQemu, provideQemu } from "./need.ts";
export { type Pin, readPins } from "./pins.ts";
