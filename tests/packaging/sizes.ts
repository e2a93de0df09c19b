// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 377_000,
  'the wasm, gzip': 173_000,
  plumline: 533_000,
  'plumline, minified, gzip': 226_500,
  'plumline/twilio': 553_000,
  'plumline/twilio, minified, gzip': 230_500,
  'plumline/slim': 32_900,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 1_800_000,
  'the tarball, unpacked': 4_390_000,
} as const;
