// SPDX-License-Identifier: Apache-2.0 OR MIT
import { badRequest, contentTooLarge, ContentType, isOperationOutcome, unsupportedMediaType } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import bodyParser from 'body-parser';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { sendOutcome } from './results.ts';

/** Medplum parses every body before it looks at the path, with these parsers, in this order. */
export function bodyParsers(maxJsonSize: string): RequestHandler[] {
  return [
    bodyParser.urlencoded({ extended: false }),
    bodyParser.text({ type: [ContentType.TEXT, ContentType.HL7_V2] }),
    bodyParser.json({ type: [ContentType.JSON, 'application/*+json'], limit: maxJsonSize }),
    (req, _res, next) => {
      req.body ??= {};
      next();
    },
  ];
}

/** The headers that every answer of the server carries, whatever it answers. */
export const standardHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'Cache-Control': 'no-store, no-cache, must-revalidate',
    Pragma: 'no-cache',
    'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';",
    'Permissions-Policy':
      'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), interest-cohort=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-XSS-Protection': '1; mode=block',
  });
  next();
};

/** What body-parser throws, or Medplum's own code. */
interface Failure {
  outcome?: unknown;
  type?: unknown;
}

/** What went wrong before a bot was asked: a body that can't be read, or an outcome thrown by a handler. */
export const errorHandler: ErrorRequestHandler = (err: Failure | undefined, _req, res, next) => {
  if (res.headersSent) {
    next(err);
    return;
  }
  if (err?.type === 'request.aborted') {
    return;
  }
  const outcome = outcomeOfError(err);
  if (outcome) {
    sendOutcome(res, outcome);
  } else {
    res.status(500).json({ msg: 'Internal Server Error' });
  }
};

function outcomeOfError(err: Failure | undefined): OperationOutcome | undefined {
  if (isOperationOutcome(err)) {
    return err;
  }
  if (isOperationOutcome(err?.outcome)) {
    return err.outcome;
  }
  switch (err?.type) {
    case 'entity.parse.failed':
      return badRequest('Content could not be parsed');
    case 'entity.too.large':
    case 'parameters.too.many':
      return contentTooLarge('Request body too large');
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return unsupportedMediaType;
    default:
      return undefined;
  }
}
