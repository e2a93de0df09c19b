// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The shared vectors: those in tests/vectors, and the official suites in the folder PLUMLINE_EXTRA_VECTORS. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TwimlElement } from 'plumline';

export interface SignatureVector {
  readonly id: string;
  readonly kind: 'official' | 'oracle';
  readonly category: string;
  readonly token: string;
  readonly url: string;
  readonly signed_url?: string;
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
  readonly form_body?: string;
  readonly body?: string;
  readonly signature: string;
  readonly valid: boolean;
  /** Libraries with a different result: that result, or `error:NAME`. */
  readonly disagree?: Readonly<Record<string, boolean | string>>;
  readonly algorithm?: 'HMAC_SHA1' | 'HMAC_SHA256';
  readonly settings_header?: string;
}

export interface TwimlPair {
  readonly id: string;
  readonly input: TwimlElement;
  readonly xml?: string;
  readonly error?: string;
}

function load(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}

const ours = path.resolve(import.meta.dirname, '../vectors');
const extra = process.env.PLUMLINE_EXTRA_VECTORS;

/** The reason to skip the official vectors, or `false`. */
export const skipOfficial = extra ? false : 'skipped: PLUMLINE_EXTRA_VECTORS is unset';

export const oracleVectors = (load(ours, 'twilio-signature.json') as { vectors: SignatureVector[] }).vectors;

export const officialVectors = extra
  ? (load(extra, 'twilio-signature.json') as { vectors: SignatureVector[] }).vectors.filter(
      ({ kind }) => kind === 'official',
    )
  : [];

export const twimlPairs = (load(ours, 'twiml.json') as { pairs: TwimlPair[] }).pairs;

/** The larger set of pairs from the folder of the official vectors. */
export const sharedPairs = extra ? (load(extra, 'twiml.json') as { pairs: TwimlPair[] }).pairs : [];

/** The result of a library for a vector. */
export function verdictOf(vector: SignatureVector, library: string): boolean {
  const verdict = vector.disagree?.[library] ?? vector.valid;
  // An exception is treated as a rejection.
  return verdict === true;
}

/** A request to a real Medplum server and its response. `<name>` is a placeholder. */
export interface RecordedRequest {
  readonly id: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly status: number; readonly body: unknown };
}

export const recordedSearches = extra
  ? (load(extra, 'medplum-scheduling.json') as { cases: RecordedRequest[] }).cases.filter(({ id }) =>
      id.startsWith('search/'),
    )
  : [];
