// SPDX-License-Identifier: Apache-2.0 OR MIT
// The options of the token. All values are fictional.

export const account = {
  accountSid: 'AC00000000000000000000000000000001',
  keySid: 'SK00000000000000000000000000000002',
  secret: 'an-invented-api-key-secret-of-the-bench',
  identity: 'practitioner_7f3a',
  ttl: 3600,
};

export const voice = { outgoingApplicationSid: 'AP00000000000000000000000000000003', incomingAllow: true };
