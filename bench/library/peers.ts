// SPDX-License-Identifier: Apache-2.0 OR MIT
// Who does the library's jobs: npm twilio, and each of the ways in which a user of this package does the same.
import { join } from 'node:path';

export type WayName = 'twilio' | 'classes' | 'functions' | 'form';

export interface Way {
  name: WayName;
  label: string;
  /** A module that exports `jobs`. */
  file: string;
}

/** A webhook as it came, and what it is to be checked against. */
export interface Signed {
  url: string;
  token: string;
  signature: string | undefined;
  params: Record<string, string>;
}

/** The jobs that a way can do, each from the user's own code to its result. */
export interface Jobs {
  dial: () => string;
  ivr50: () => string;
  accessToken?: () => string;
  validate?: (request: Signed) => boolean;
}

const peer = (file: string): string => join(import.meta.dirname, 'peers', file);

export const ways: Way[] = [
  { name: 'twilio', label: 'npm twilio', file: peer('twilio.ts') },
  { name: 'classes', label: 'plumline/twilio', file: peer('classes.ts') },
  { name: 'functions', label: 'plumline', file: peer('functions.ts') },
  { name: 'form', label: "plumline, check: 'form'", file: peer('form.ts') },
];
