// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
import './module.workerd.mjs';
export * from './twilio-api.mjs';
export { default } from './twilio-api.mjs';
