// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
import module from '../plumline_bg.wasm';
import { provide } from './core.mjs';
provide(() => module);
