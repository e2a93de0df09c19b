// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rival built on npm `twilio`: what a careful developer writes today in the manner of Medplum's example bot,
// with the webhook URL taken from a secret, so that it needs no search before it can check the signature.
import type { BotEvent, MedplumClient } from '@medplum/core';
import { forbidden } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

const E164 = /^\+[1-9]\d{1,14}$/;

export async function handler(
  _medplum: MedplumClient,
  event: BotEvent<Record<string, string>>,
): Promise<Binary | OperationOutcome> {
  const params = event.input;
  const ours = event.secrets['TWILIO_NUMBER']?.valueString;
  const token = event.secrets['TWILIO_AUTH_TOKEN']?.valueString;
  const url = event.secrets['PLUMLINE_WEBHOOK_URL']?.valueString;
  if (!ours || !token || !url) {
    throw new Error('TWILIO_NUMBER, TWILIO_AUTH_TOKEN and PLUMLINE_WEBHOOK_URL must be set');
  }

  const signature = event.headers?.['x-twilio-signature'];
  if (typeof signature !== 'string' || !validateRequest(token, signature, url, params)) {
    console.log('Refused a request whose Twilio signature does not match');
    return forbidden;
  }

  const twiml = new VoiceResponse();
  if (params['From']?.startsWith('client:')) {
    if (E164.test(params['To'] ?? '')) {
      twiml.dial({ callerId: ours }).number(params['To'] ?? '');
    } else {
      twiml.reject();
    }
  } else if (params['To'] === ours) {
    twiml.say('Thanks for calling. Please hold while we connect you.');
    twiml.dial().client(ours);
  } else {
    twiml.reject();
  }
  return {
    resourceType: 'Binary',
    contentType: 'text/xml',
    data: Buffer.from(twiml.toString(), 'utf8').toString('base64'),
  };
}
