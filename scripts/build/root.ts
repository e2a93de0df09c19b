// SPDX-License-Identifier: Apache-2.0 OR MIT
import path from 'node:path';

/** The root folder of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');
