// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { WasmModule } from './slim.mjs';
/** The core as a Worker imports it, for `init` and `initSync` of `plumline/slim`. */
declare const module: WasmModule;
export default module;
