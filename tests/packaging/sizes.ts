// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 85_000,
  'the wasm, gzip': 39_000,
  plumline: 132_000,
  'plumline, minified, gzip': 55_500,
  'plumline/twilio': 128_000,
  'plumline/twilio, minified, gzip': 54_500,
  'plumline/slim': 21_000,
  'plumline/slim, minified, gzip': 4_800,
  'plumline/slim/twilio': 14_000,
  'plumline/slim/twilio, minified, gzip': 3_600,
  'the tarball': 345_000,
  'the tarball, unpacked': 830_000,
} as const;
