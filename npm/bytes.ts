// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The core's code inside the package, for every host that may compile it. Decoded and compiled by the first call. */
import base64 from '#pkg/plumline_bg.wasm';
import { decode } from './base64.ts';
import { provide } from './core/core.ts';

provide(() => decode(base64));
