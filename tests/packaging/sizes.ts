// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * What the package may weigh, in bytes; a little above what it weighs. Whoever lets it grow writes the new bound here,
 * where a review sees it.
 */
export const BOUNDS = {
  'the wasm': 414_000,
  'the wasm, gzip': 182_500,
  plumline: 583_000,
  'plumline, minified, gzip': 241_000,
  'plumline/twilio': 604_000,
  'plumline/twilio, minified, gzip': 245_000,
  'plumline/slim': 32_500,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 49_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_032_000,
  'the tarball, unpacked': 4_015_000,
} as const;
