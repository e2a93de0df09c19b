// SPDX-License-Identifier: Apache-2.0 OR MIT
// The implementations of the tasks: npm twilio, and the APIs of this package that do the same.
import { join } from 'node:path';

export type ImplementationName = 'twilio' | 'classes' | 'functions' | 'form';

export interface Implementation {
  name: ImplementationName;
  label: string;
  /** A module that exports `jobs`. */
  file: string;
}

/** A webhook as received, and the token to validate it with. */
export interface Signed {
  url: string;
  token: string;
  signature: string | undefined;
  params: Record<string, string>;
}

/** The tasks that an implementation supports. */
export interface Tasks {
  dial: () => string;
  ivr50: () => string;
  accessToken?: () => string;
  validate?: (request: Signed) => boolean;
}

const peer = (file: string): string => join(import.meta.dirname, 'peers', file);

export const implementations: Implementation[] = [
  { name: 'twilio', label: 'npm twilio', file: peer('twilio.ts') },
  { name: 'classes', label: 'plumline/twilio', file: peer('classes.ts') },
  { name: 'functions', label: 'plumline', file: peer('functions.ts') },
  { name: 'form', label: "plumline, check: 'form'", file: peer('form.ts') },
];
