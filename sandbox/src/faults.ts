// SPDX-License-Identifier: Apache-2.0 OR MIT
import { conflict, tooManyRequests } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { RequestHandler } from 'express';
import { sendOutcome } from './results.ts';
import { fraction } from './base/seed.ts';

export const serverError: OperationOutcome = {
  resourceType: 'OperationOutcome',
  id: 'exception',
  issue: [{ severity: 'error', code: 'exception', details: { text: 'Internal server error' } }],
};

const outcomes = [serverError, conflict('A fault of the sandbox'), tooManyRequests];

/** Parses a rate: a decimal number from 0 to 1. */
export function readRate(text: string): number | undefined {
  const rate = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return isRate(rate) ? rate : undefined;
}

export function isRate(rate: number): boolean {
  return rate >= 0 && rate <= 1;
}

/** Lets a share of the requests fail. It alternates between a server error, a write conflict and too many requests. */
export function faults(seed: string, rate: () => number): RequestHandler {
  let requests = 0;
  let failures = 0;
  return (_req, res, next) => {
    const outcome = outcomes[failures % outcomes.length];
    if (outcome && fraction(seed, `fault/${++requests}`) < rate()) {
      failures++;
      sendOutcome(res, outcome);
    } else {
      next();
    }
  };
}
