// Plumline: https://github.com/plumline/plumline. SPDX-License-Identifier: Apache-2.0 OR MIT
'use strict';
require('./bytes.cjs');
module.exports = require('./api.cjs');
