// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * The size limits of the package in bytes, slightly above the current sizes. Record any growth here, so that a review
 * sees it.
 */
export const BOUNDS = {
  'the wasm': 538_000,
  'the wasm, gzip': 236_000,
  plumline: 750_000,
  'plumline, minified, gzip': 312_000,
  'plumline/twilio': 770_000,
  'plumline/twilio, minified, gzip': 316_000,
  'plumline/slim': 34_500,
  'plumline/slim, minified, gzip': 7_100,
  'plumline/slim/twilio': 51_500,
  'plumline/slim/twilio, minified, gzip': 10_300,
  'the tarball': 2_465_000,
  'the tarball, unpacked': 6_140_000,
} as const;
