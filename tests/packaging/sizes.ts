// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 425_000,
  'the wasm, gzip': 186_500,
  plumline: 597_500,
  'plumline, minified, gzip': 245_500,
  'plumline/twilio': 618_000,
  'plumline/twilio, minified, gzip': 249_500,
  'plumline/slim': 32_500,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_110_000,
  'the tarball, unpacked': 4_160_000,
} as const;
