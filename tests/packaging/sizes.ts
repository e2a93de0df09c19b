// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 394_000,
  'the wasm, gzip': 177_000,
  plumline: 557_000,
  'plumline, minified, gzip': 234_500,
  'plumline/twilio': 577_500,
  'plumline/twilio, minified, gzip': 238_500,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_000,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 1_970_000,
  'the tarball, unpacked': 4_880_000,
} as const;
