// SPDX-License-Identifier: Apache-2.0 OR MIT
import { badRequest } from './rest-errors.ts';

export interface Message {
  sid: string;
  to: string;
  from?: string | undefined;
  messagingServiceSid?: string | undefined;
  body: string;
  media: string[];
  status: 'accepted' | 'queued' | 'scheduled' | 'canceled';
  /** By the network's clock. */
  created: number;
}

type Fields = Record<string, string | string[] | undefined>;

/** Validates a message. Throws Twilio's error if Twilio would reject it. */
export function readMessage(
  fields: Fields,
  isAccountNumber: (number: string) => boolean,
): Omit<Message, 'sid' | 'created'> {
  const field = (name: string): string | undefined => [fields[name]].flat()[0] || undefined;
  const [to, from, body] = [field('To'), field('From'), field('Body') ?? ''];
  const service = field('MessagingServiceSid');
  const media = [fields['MediaUrl'] ?? []].flat();
  if (to === undefined) {
    throw badRequest(21604, "A 'To' phone number is required.");
  }
  if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(to)) {
    throw badRequest(21211, "Invalid 'To' Phone Number");
  }
  if (from === undefined && service === undefined) {
    throw badRequest(21603, "A 'From' phone number is required.");
  }
  if (body === '' && media.length === 0 && field('ContentSid') === undefined) {
    throw badRequest(21602, 'Message body is required.');
  }
  if (Array.from(body).length > 1600) {
    throw badRequest(21617, 'The concatenated message body exceeds the 1600 character limit.');
  }
  if (from !== undefined && !isAccountNumber(from.replace(/^whatsapp:/, ''))) {
    throw badRequest(21606, 'The From phone number is not a valid, SMS-capable number for your account.');
  }
  const isScheduled = field('ScheduleType') === 'fixed';
  if (isScheduled && field('SendAt') === undefined) {
    throw badRequest(35111, 'SendAt is required to schedule a message.');
  }
  if (isScheduled && service === undefined) {
    throw badRequest(35118, 'MessagingServiceSid is required to schedule a message.');
  }
  return {
    to,
    from,
    messagingServiceSid: service,
    body,
    media,
    status: isScheduled ? 'scheduled' : service === undefined ? 'queued' : 'accepted',
  };
}

const gsm =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '^{}\\[~]|€\f';

/**
 * Returns the number of segments of a text. One segment has 160 characters of GSM-7 or 70 of UCS-2, fewer in a
 * multipart message (3GPP TS 23.038).
 */
export function segments(body: string): number {
  const characters = Array.from(body);
  const isGsm = characters.every((character) => gsm.includes(character) || extended.includes(character));
  const [single, each] = isGsm ? [160, 153] : [70, 67];
  const widths = characters.map((character) => (isGsm ? (extended.includes(character) ? 2 : 1) : character.length));
  if (widths.reduce((sum, width) => sum + width, 0) <= single) {
    return 1;
  }
  let [count, used] = [1, 0];
  for (const width of widths) {
    // A character cannot be split across two segments.
    if (used + width > each) {
      count++;
      used = 0;
    }
    used += width;
  }
  return count;
}
