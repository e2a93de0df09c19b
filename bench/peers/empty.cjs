// SPDX-License-Identifier: Apache-2.0 OR MIT
// The floor: what the process, the context and the call cost before a bot has done anything.
exports.handler = async function handler() {};
