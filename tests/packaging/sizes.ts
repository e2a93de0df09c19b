// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 374_000,
  'the wasm, gzip': 168_000,
  plumline: 528_000,
  'plumline, minified, gzip': 221_000,
  'plumline/twilio': 551_000,
  'plumline/twilio, minified, gzip': 226_000,
  'plumline/slim': 32_500,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 1_700_000,
  'the tarball, unpacked': 3_400_000,
} as const;
