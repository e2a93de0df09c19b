// SPDX-License-Identifier: Apache-2.0 OR MIT
// A VM context has no global Buffer.
import { Buffer } from 'node:buffer';

/** A request to an external server. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** The parsed body if it is JSON, otherwise the text. */
  readonly body: unknown;
}

/** The maximum size of a response body, in bytes. A page of 1,000 calls from Twilio has about 1.5 MB. */
const MAX_BODY_BYTES = 8_000_000;

/**
 * Sends a request. It does not follow redirects, because the request is meant for that address only. It stops reading
 * and rejects when `signal` is aborted or when the body is larger than 8 MB.
 */
export async function http({ method, url, headers, body }: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
  return { status: response.status, body: parseBody(await readText(response)) };
}

async function readText(response: Response): Promise<string> {
  const bytes = await readBytes(response, MAX_BODY_BYTES);
  if (!bytes) {
    throw new RangeError('the response is too large');
  }
  return bytes.toString();
}

/** Reads a response body. Returns undefined if it has more than `maxBytes` bytes. */
export async function readBytes({ body }: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A web stream, or in a VM context a Node stream. Leaving the loop closes both.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Closes the connection of a response whose body is not needed. */
export async function discard(response: Response): Promise<void> {
  await readBytes(response, 0);
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
