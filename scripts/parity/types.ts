// SPDX-License-Identifier: Apache-2.0 OR MIT

export type Params = Record<string, unknown>;

/** What is signed, and what is received of it. */
export interface Request {
  /** What was done to it on the way; empty for nothing. */
  readonly changes: readonly string[];
  /** The token that signs, and the one that checks. */
  readonly signedToken: string;
  readonly token: string;
  readonly signedUrl: string;
  readonly url: string;
  readonly signedParams: Params;
  readonly params: Params;
  /** A JSON or text post; undefined for a form. */
  readonly body: string | undefined;
  /** What becomes of the genuine signature. */
  readonly header: (signature: string) => string;
}

/** A request in the making. */
export type Draft = { -readonly [Part in keyof Omit<Request, 'changes'>]: Request[Part] };
