// SPDX-License-Identifier: Apache-2.0 OR MIT
// docs/dialplan/front-desk.json as handwritten code without a config: opening hours with `Intl`, texts in the code. The
// competitors use it if PLUMLINE_CONFIG is set.

export const NUMBER = '+15550100011';
export const VOICE = { voice: 'Polly.Joanna-Neural', language: 'en-US' } as const;
export const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
export const AGAIN = '#rc=3&rp=all';

export const WELCOME = 'Thank you for calling Harbor Street Family Practice. One moment, please.';
export const CLOSED = 'Harbor Street Family Practice is closed. ';
export const EMERGENCY = ' If this is an emergency, please hang up and dial ';
export const MESSAGE = 'Please leave your name and number after the tone, and we will call you back.';
export const GOODBYE = 'Thank you. Goodbye.';

const HOURS: Record<string, [from: string, to: string]> = {
  Mon: ['08:00', '18:00'],
  Tue: ['08:00', '18:00'],
  Wed: ['08:00', '18:00'],
  Thu: ['08:00', '18:00'],
  Fri: ['08:00', '16:30'],
  Sat: ['09:00', '12:00'],
};
const HOLIDAYS = ['01-01', '07-04', '2026-11-26', '12-24', '12-25'];

/** Whether the office is open. */
export function isOpen(now: Date): boolean {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = `${parts['month']}-${parts['day']}`;
  if (HOLIDAYS.includes(day) || HOLIDAYS.includes(`${parts['year']}-${day}`)) {
    return false;
  }
  const hours = HOURS[parts['weekday'] ?? ''];
  const time = `${parts['hour']}:${parts['minute']}`;
  return hours !== undefined && time >= hours[0] && time < hours[1];
}

/** The document that all peers respond with, built with template strings, as in the handwritten peer. */
export function frontDesk(url: string, now: Date): string {
  const say = (words: string): string => `<Say voice="${VOICE.voice}" language="${VOICE.language}">${words}</Say>`;
  const again = AGAIN.replaceAll('&', '&amp;');
  return isOpen(now)
    ? say(WELCOME) +
        `<Dial action="${url}?step=dial.ring-desk" timeout="18"><Client statusCallback="${url}?step=status${again}" ` +
        `statusCallbackEvent="${EVENTS.join(' ')}">front-desk</Client></Dial>`
    : say(`${CLOSED}<break time="400ms"/>${EMERGENCY}<say-as interpret-as="digits">911</say-as>.`) +
        say(MESSAGE) +
        `<Record action="${url}?step=voicemail.take-message" maxLength="120" playBeep="true" ` +
        `recordingStatusCallback="${url}?step=recording.take-message${again}"/>` +
        say(GOODBYE) +
        '<Hangup/>';
}
