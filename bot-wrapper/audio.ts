// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { MedplumClient } from '@medplum/core';
import { discard, readBytes, type HttpResponse } from './http.ts';

/** A request to copy audio into a Binary of the chart. */
export interface AudioCopy {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The existing `Binary/<id>` whose content the audio becomes. */
  readonly binary: string;
  /** The resource that protects the Binary, such as `Communication/<id>`. */
  readonly securityContext: string;
  readonly maxBytes: number;
}

/** The statuses of the server's error outcomes. The client only returns their ids. */
const STATUSES: Record<string, number> = { unauthorized: 401, forbidden: 403, 'not-found': 404, gone: 410 };

/**
 * Copies audio from Twilio into the chart. The body of the response is `{ contentType, size }`, or `{ refusedBy }` if one
 * of the two servers refused. Rejects if the connection fails or `signal` is aborted.
 *
 * Unlike `http`, it follows redirects, because Twilio may redirect to its media storage. `fetch` does not send the
 * credentials to another host.
 */
export async function copyAudio(copy: AudioCopy, medplum: MedplumClient, signal?: AbortSignal): Promise<HttpResponse> {
  const response = await fetch(copy.url, { headers: copy.headers, ...(signal && { signal }) });
  const contentType = response.headers.get('Content-Type') ?? '';
  let status = response.status;
  if (response.ok && !contentType.startsWith('audio/')) {
    status = 415;
  } else if (Number(response.headers.get('Content-Length')) > copy.maxBytes) {
    status = 413;
  }
  if (status !== response.status || !response.ok) {
    await discard(response);
    return refusedBy('twilio', status);
  }
  const audio = await readBytes(response, copy.maxBytes);
  if (!audio) {
    return refusedBy('twilio', 413);
  }
  if (audio.length === 0) {
    throw new RangeError('the recording is empty');
  }
  try {
    // The server would store only two bytes of an ArrayBuffer, because the client writes it as JSON.
    await medplum.put(medplum.fhirUrl(...copy.binary.split('/')), audio, contentType, {
      headers: { 'X-Security-Context': copy.securityContext },
      ...(signal && { signal }),
    });
  } catch (err) {
    const id = (err as { outcome?: { id?: string } } | undefined)?.outcome?.id;
    const refusal = id === undefined ? undefined : STATUSES[id];
    if (refusal === undefined) {
      throw err;
    }
    return refusedBy('chart', refusal);
  }
  return { status: 200, body: { contentType, size: audio.length } };
}

function refusedBy(server: 'twilio' | 'chart', status: number): HttpResponse {
  return { status, body: { refusedBy: server } };
}
