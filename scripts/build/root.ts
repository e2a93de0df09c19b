// SPDX-License-Identifier: Apache-2.0 OR MIT
import path from 'node:path';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');
