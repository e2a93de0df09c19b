// SPDX-License-Identifier: Apache-2.0 OR MIT
import { createHmac } from 'node:crypto';

/** Returns the X-Twilio-Signature of a form post, as in Twilio's documentation. */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  const text = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce((signed, [name, value]) => signed + name + value, url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}
