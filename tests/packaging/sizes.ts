// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 198_000,
  'the wasm, gzip': 100_000,
  plumline: 290_000,
  'plumline, minified, gzip': 131_000,
  'plumline/twilio': 315_000,
  'plumline/twilio, minified, gzip': 136_000,
  'plumline/slim': 28_600,
  'plumline/slim, minified, gzip': 6_050,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 698_000,
  'the tarball, unpacked': 1_715_000,
} as const;
