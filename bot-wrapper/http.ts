// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A request to somebody outside. */
export interface HttpQuestion {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** JSON where it is any, else text. */
  readonly body: unknown;
}

/** Follows no redirection: what is sent is for that address alone. Reads no further once `signal` is aborted. */
export async function http({ method, url, headers, body }: HttpQuestion, signal?: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
