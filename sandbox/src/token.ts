// SPDX-License-Identifier: Apache-2.0 OR MIT
import { hex } from './base/seed.ts';

/**
 * Returns an access token. Medplum's client reads its claims. It treats a server whose token has `login_id` as a
 * Medplum server.
 */
export function accessToken(seed: string, label: string, now = Date.now()): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(now / 1000) + 365 * 24 * 3600;
  const claims = { login_id: hex(seed, `${label}/login`, 32), sub: label, exp };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${hex(seed, `${label}/token`, 32)}`;
}
