// SPDX-License-Identifier: Apache-2.0 OR MIT
// A VM context has no Buffer of its own.
import { Buffer } from 'node:buffer';

/** A request to a server outside. */
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

/** The longest body that is read, in bytes. A page of a thousand calls of Twilio's has about 1.5 MB. */
const LONGEST = 8_000_000;

/**
 * Follows no redirection: what is sent is for that address alone. Reads no further once `signal` is aborted, or more than
 * 8 MB came: rejects then.
 */
export async function http({ method, url, headers, body }: HttpQuestion, signal?: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
  return { status: response.status, body: parsed(await textOf(response)) };
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A stream of the web, or in a VM context one of Node's: leaving the loop closes either.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST) {
      throw new RangeError('the answer is too long');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
