// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 427_000,
  'the wasm, gzip': 193_000,
  plumline: 601_500,
  'plumline, minified, gzip': 252_800,
  'plumline/twilio': 622_000,
  'plumline/twilio, minified, gzip': 256_800,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_100,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_045_000,
  'the tarball, unpacked': 5_045_000,
} as const;
