// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
require('./bytes.cjs');
0 && (exports.default = undefined);
module.exports = require('./twilio-api.cjs');
