// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A request that is allowed; where nothing is given, `GET` of any parameters. */
export interface PolicyOptions {
  url?: string | undefined;
  method?: string | undefined;
  queryFilter?: object | undefined;
  postFilter?: object | undefined;
  allow?: boolean | undefined;
}

/** A policy as it stands in a token. */
export interface PolicyPayload {
  url: string;
  method: string;
  query_filter: object;
  post_filter: object;
  allow: boolean;
}

/** What a token lets its bearer ask for. */
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
    // `false` makes it `true` there too.
    this.allow = options?.allow || true;
  }

  /** The policy as it stands in a token. */
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
