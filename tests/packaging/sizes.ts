// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 522_500,
  'the wasm, gzip': 230_000,
  plumline: 729_000,
  'plumline, minified, gzip': 303_500,
  'plumline/twilio': 749_000,
  'plumline/twilio, minified, gzip': 307_500,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_100,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_465_000,
  'the tarball, unpacked': 6_140_000,
} as const;
