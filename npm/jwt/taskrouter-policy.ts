// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A request that is allowed. The default is `GET` with any parameters. */
export interface PolicyOptions {
  url?: string | undefined;
  method?: string | undefined;
  queryFilter?: object | undefined;
  postFilter?: object | undefined;
  allow?: boolean | undefined;
}

/** A policy in the format of a token. */
export interface PolicyPayload {
  url: string;
  method: string;
  query_filter: object;
  post_filter: object;
  allow: boolean;
}

/** A request that a token allows. */
export class Policy {
  url: string;
  method: string;
  queryFilter: object;
  postFilter: object;
  allow: boolean;

  constructor(options?: PolicyOptions) {
    this.url = options?.url || '';
    this.method = options?.method || 'GET';
    this.queryFilter = options?.queryFilter || {};
    this.postFilter = options?.postFilter || {};
    // npm twilio also turns `false` into `true`.
    this.allow = options?.allow || true;
  }

  /** The policy in the format of a token. */
  payload(): PolicyPayload {
    return {
      url: this.url,
      method: this.method,
      query_filter: this.queryFilter,
      post_filter: this.postFilter,
      allow: this.allow,
    };
  }
}
