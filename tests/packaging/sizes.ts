// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 404_000,
  'the wasm, gzip': 181_000,
  plumline: 570_500,
  'plumline, minified, gzip': 239_500,
  'plumline/twilio': 590_500,
  'plumline/twilio, minified, gzip': 243_500,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_100,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 1_996_000,
  'the tarball, unpacked': 4_950_000,
} as const;
