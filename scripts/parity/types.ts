// SPDX-License-Identifier: Apache-2.0 OR MIT

export type Params = Record<string, unknown>;

/** A request as signed and as received. */
export interface Request {
  /** The changes between signing and receiving. */
  readonly changes: readonly string[];
  /** The token that signs, and the token that validates. */
  readonly signedToken: string;
  readonly token: string;
  readonly signedUrl: string;
  readonly url: string;
  readonly signedParams: Params;
  readonly params: Params;
  /** The body of a JSON or text post; `undefined` for a form. */
  readonly body: string | undefined;
  /** Changes the valid signature. */
  readonly header: (signature: string) => string;
}

/** A request under construction. */
export type Draft = { -readonly [Part in keyof Omit<Request, 'changes'>]: Request[Part] };
