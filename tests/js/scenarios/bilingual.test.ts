// SPDX-License-Identifier: Apache-2.0 OR MIT

/** docs/dialplan/bilingual.json: nested menus by keys and by speech, in two languages, with a way back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { example, openClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('bilingual');
const [english, spanish] = ['+15550100021', '+15550100022'];
const talks = { after: 4, talk: 30 };
const booking = 'client:booking';
const reception = 'client:reception';

describe('the bilingual dialplan', () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await openClinic({ seed: 'bilingual', numbers: [english, spanish], config: example('bilingual') });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  /** The called number, the caller's script, and the last text before the goodbye. */
  const cases: Record<string, [string, Script, RegExp]> = {
    'a new appointment, by keys': [
      english,
      { digits: ['1', '1'], answers: { [booking]: talks } },
      /talks to client:booking/,
    ],
    'a new appointment, by speech': [
      english,
      { speech: ['appointment', 'a new one please'], answers: { [booking]: talks } },
      /talks to client:booking/,
    ],
    'a change: both phones ring': [
      english,
      { digits: ['1', '2'], answers: { [reception]: talks } },
      /talks to client:reception/,
    ],
    'to the second menu and back': [
      english,
      { digits: ['1', '*', '0'], answers: { [reception]: talks } },
      /talks to client:reception/,
    ],
    'back by speech, then silence': [
      english,
      { speech: ['appointments', 'go back'], answers: { [reception]: talks } },
      /talks to client:reception/,
    ],
    'silence at every prompt': [english, { answers: { [reception]: talks } }, /talks to client:reception/],
    'a wrong key at every prompt': [
      english,
      { digits: ['7', '6', '5'], answers: { [reception]: talks } },
      /talks to client:reception/,
    ],
    'a wrong key, then the right one': [english, { digits: ['3', '2'], voicemail: 20 }, /Thank you. Goodbye/],
    'unmatched speech': [english, { speech: ['my dog barks', 'operator'], voicemail: 6 }, /Thank you. Goodbye/],
    'a prescription, with a transcription': [
      english,
      { digits: ['2'], voicemail: { seconds: 20, then: '#', text: 'I need more of the same' } },
      /Thank you. Goodbye/,
    ],
    'a prescription whose transcription fails': [english, { digits: ['2'], voicemail: 20 }, /Thank you. Goodbye/],
    'English to Spanish by a key': [english, { digits: ['9', '2'], voicemail: 15 }, /Gracias. Adiós/],
    'English to Spanish by speech': [
      english,
      { speech: ['español', 'citas', 'nueva'], voicemail: 9 },
      /Gracias. Adiós/,
    ],
    'Spanish first': [spanish, { speech: ['recepción'], answers: { [reception]: talks } }, /talks to client:reception/],
    'Spanish to English and back, then silence': [
      spanish,
      { digits: ['8', '9', '', '', ''], voicemail: 10 },
      /Gracias. Adiós/,
    ],
    'the second menu ends in Spanish after silence': [
      spanish,
      { digits: ['1', '', ''], voicemail: 10 },
      /Gracias. Adiós/,
    ],
    'the booking desk declines, in Spanish': [
      spanish,
      { digits: ['1', '1'], answers: { [booking]: 'declined' }, voicemail: 10 },
      /Adiós/,
    ],
    'the caller hangs up in the menu': [english, { digits: ['', ''], hangUpAfter: 4 }, /For appointments, press 1/],
  };
  Object.entries(cases).forEach(([scenario, [to, script, last]], index) => {
    test(scenario, async () => {
      const call = await clinic.call({ from: `+1555010${String(400 + index).padStart(4, '0')}`, to }, script);
      assert.match(call.heard.at(-1) ?? '', last);
      snapshots.match(scenario, await recordCall(clinic, call));
    });
  });
});
