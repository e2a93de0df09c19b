// SPDX-License-Identifier: Apache-2.0 OR MIT
// The fastest competitor: no dependencies, only node:crypto and template strings, and only the default dialplan. An
// expert on Twilio's signatures would write this for speed.
import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { frontDesk, NUMBER } from './front-desk.ts';

type Params = Record<string, string | string[]>;

const E164 = /^\+[1-9]\d{1,14}$/;
const XML_SPECIAL = /[&<>"]/g;
const XML_ENTITY: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export async function handler(_medplum: MedplumClient, event: BotEvent<Params>): Promise<Binary | OperationOutcome> {
  const params = event.input;
  const ours = event.secrets['TWILIO_NUMBER']?.valueString;
  const token = event.secrets['TWILIO_AUTH_TOKEN']?.valueString;
  const url = event.secrets['PLUMLINE_WEBHOOK_URL']?.valueString;
  if (!ours || !token || !url) {
    throw new Error('TWILIO_NUMBER, TWILIO_AUTH_TOKEN and PLUMLINE_WEBHOOK_URL must be set');
  }

  const signature = event.headers?.['x-twilio-signature'];
  if (typeof signature !== 'string' || !isSignedByTwilio(token, signature, url, params)) {
    console.log('Refused a request whose Twilio signature does not match');
    return {
      resourceType: 'OperationOutcome',
      id: 'forbidden',
      issue: [{ severity: 'error', code: 'forbidden', details: { text: 'Forbidden' } }],
    };
  }
  const planned = event.secrets['PLUMLINE_CONFIG'] && params['To'] === NUMBER;
  const verbs = planned ? frontDesk(url, new Date()) : answer(params, ours);
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
  return { resourceType: 'Binary', contentType: 'text/xml', data: Buffer.from(xml).toString('base64') };
}

function isSignedByTwilio(token: string, signature: string, url: string, params: Params): boolean {
  let signed = url;
  for (const name of Object.keys(params).sort()) {
    const value = params[name];
    if (Array.isArray(value)) {
      for (const one of [...new Set(value)].sort()) {
        signed += name + one;
      }
    } else {
      signed += name + (value ?? '');
    }
  }
  const expected = createHmac('sha1', token).update(signed).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function answer(params: Params, ours: string): string {
  const { From: from, To: to } = params;
  if (typeof from === 'string' && from.startsWith('client:')) {
    return typeof to === 'string' && E164.test(to)
      ? `<Dial callerId="${escapeXml(ours)}"><Number>${escapeXml(to)}</Number></Dial>`
      : '<Reject/>';
  }
  return to === ours
    ? `<Say>Thanks for calling. Please hold while we connect you.</Say><Dial><Client>${escapeXml(ours)}</Client></Dial>`
    : '<Reject/>';
}

function escapeXml(text: string): string {
  return text.replace(XML_SPECIAL, (character) => XML_ENTITY[character] ?? character);
}
