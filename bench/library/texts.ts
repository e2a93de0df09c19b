// SPDX-License-Identifier: Apache-2.0 OR MIT
// The texts of a clinic's menu, for both implementations. The clinic is fictional.

export const OURS = '+15550100001';
export const PATIENT = '+15550100123';
export const FRONT_DESK = '+15550100002';
export const ON_CALL = '+15550100003';

export const URL = 'https://clinic.example/ivr';
export const MUSIC = 'https://clinic.example/hold.mp3';

export const GREETING = 'Welcome to Example Clinic. If this is an emergency, hang up & dial your local number.';
export const UNAVAILABLE = 'Nobody is free at the moment. Please leave a message after the tone.';

export const MENU = [
  'To book an appointment, press one.',
  'To change or cancel one, press two.',
  'For repeat prescriptions, press three.',
  'For test results, after 2 pm, press four.',
  'To speak with a nurse, press five.',
  'For invoices & insurance, press six.',
  'For our address and opening hours, press seven.',
  'To hear "these choices" again, press eight.',
];
