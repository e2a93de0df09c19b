// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 373_500,
  'the wasm, gzip': 170_500,
  plumline: 528_500,
  'plumline, minified, gzip': 224_000,
  'plumline/twilio': 548_500,
  'plumline/twilio, minified, gzip': 228_000,
  'plumline/slim': 32_500,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 1_785_000,
  'the tarball, unpacked': 4_360_000,
} as const;
