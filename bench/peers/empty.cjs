// SPDX-License-Identifier: Apache-2.0 OR MIT
// The baseline: the time of the process, the context and the call, without a bot.
exports.handler = async function handler() {};
