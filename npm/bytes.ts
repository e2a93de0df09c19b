// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core's wasm as part of the package, for hosts that may compile bytes. The first call decodes and compiles it. */
import base64 from '#pkg/plumline_bg.wasm';
import { decode } from './base64.ts';
import { setSource } from './core/core.ts';

setSource(() => decode(base64));
