// SPDX-License-Identifier: Apache-2.0 OR MIT
// The competitor with npm `twilio`: Medplum's example voice bot with fixes (it dials only numbers, and rejects calls
// that it cannot route). The webhook URL is a secret, so that the bot needs no search before it validates the
// signature. The example copies its input into a plain object before the validation and again before the routing. PLAIN
// omits both copies, for a competitor that is faster than the published example.
import type { BotEvent, MedplumClient } from '@medplum/core';
import { forbidden } from '@medplum/core';
import type { Binary, OperationOutcome } from '@medplum/fhirtypes';
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import * as desk from './front-desk.ts';

declare const PLAIN: boolean;

type Params = Record<string, string>;

const E164 = /^\+[1-9]\d{1,14}$/;

export async function handler(_medplum: MedplumClient, event: BotEvent<Params>): Promise<Binary | OperationOutcome> {
  const ours = event.secrets['TWILIO_NUMBER']?.valueString;
  const token = event.secrets['TWILIO_AUTH_TOKEN']?.valueString;
  const url = event.secrets['PLUMLINE_WEBHOOK_URL']?.valueString;
  if (!ours || !token || !url) {
    throw new Error('TWILIO_NUMBER, TWILIO_AUTH_TOKEN and PLUMLINE_WEBHOOK_URL must be set');
  }

  const signature = event.headers?.['x-twilio-signature'];
  if (typeof signature !== 'string' || !validateRequest(token, signature, url, read(event))) {
    console.log('Refused a request whose Twilio signature does not match');
    return forbidden;
  }

  const params = read(event);
  const twiml = new VoiceResponse();
  if (event.secrets['PLUMLINE_CONFIG'] && params['To'] === desk.NUMBER) {
    frontDesk(twiml, url);
  } else if (params['From']?.startsWith('client:')) {
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

/** The dialplan of front-desk.json. */
function frontDesk(twiml: VoiceResponse, url: string): void {
  if (desk.isOpen(new Date())) {
    twiml.say(desk.VOICE, desk.WELCOME);
    const dial = twiml.dial({ action: `${url}?step=dial.ring-desk`, timeout: 18 });
    const statusCallback = `${url}?step=status${desk.AGAIN}`;
    dial.client({ statusCallback, statusCallbackEvent: desk.EVENTS as never }, 'front-desk');
    return;
  }
  const closed = twiml.say(desk.VOICE, desk.CLOSED);
  closed.break({ time: '400ms' });
  closed.addText(desk.EMERGENCY);
  closed.sayAs({ 'interpret-as': 'digits' }, '911');
  closed.addText('.');
  twiml.say(desk.VOICE, desk.MESSAGE);
  twiml.record({
    action: `${url}?step=voicemail.take-message`,
    maxLength: 120,
    playBeep: true,
    recordingStatusCallback: `${url}?step=recording.take-message${desk.AGAIN}`,
  });
  twiml.say(desk.VOICE, desk.GOODBYE);
  twiml.hangup();
}

function read(event: BotEvent<Params>): Params {
  return PLAIN ? event.input : Object.fromEntries(Object.entries(event.input));
}
