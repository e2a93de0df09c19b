// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
import './bytes.mjs';
export * from './api.mjs';
