// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 461_500,
  'the wasm, gzip': 206_500,
  plumline: 647_000,
  'plumline, minified, gzip': 271_500,
  'plumline/twilio': 667_500,
  'plumline/twilio, minified, gzip': 275_500,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_100,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_170_000,
  'the tarball, unpacked': 5_360_000,
} as const;
