// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 193_000,
  'the wasm, gzip': 98_000,
  plumline: 283_000,
  'plumline, minified, gzip': 128_000,
  'plumline/twilio': 308_000,
  'plumline/twilio, minified, gzip': 133_000,
  'plumline/slim': 27_500,
  'plumline/slim, minified, gzip': 5_900,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 688_000,
  'the tarball, unpacked': 1_690_000,
} as const;
