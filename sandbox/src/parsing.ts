// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  badRequest,
  contentTooLarge,
  ContentType,
  isOperationOutcome,
  OperationOutcomeError,
  unsupportedMediaType,
} from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import bodyParser from 'body-parser';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { IncomingMessage } from 'node:http';
import { sendOutcome } from './results.ts';

/** The text of UTF-8 JSON bodies, for bots with `rawBody`. */
const texts = new WeakMap<IncomingMessage, string>();

/** Requests with JSON bodies that nest too deeply for recursive code, such as `JSON.stringify`. */
const tooDeep = new WeakSet<IncomingMessage>();

/** Far more than FHIR needs, and far less than the stack allows. */
const maxLevels = 500;

/** Medplum parses every body before it checks the path, with these parsers in this order. */
export function bodyParsers(maxJsonSize: string): RequestHandler[] {
  return [
    bodyParser.urlencoded({ extended: false }),
    bodyParser.text({ type: [ContentType.TEXT, ContentType.HL7_V2] }),
    bodyParser.json({ type: jsonTypes, limit: maxJsonSize, verify: saveText }),
    (req, _res, next) => {
      if (isDeeper(req.body, maxLevels)) {
        tooDeep.add(req);
        req.body = undefined;
      }
      req.body ??= {};
      next();
    },
  ];
}

const jsonTypes = [ContentType.JSON, 'application/*+json'];

function saveText(req: IncomingMessage, _res: unknown, body: Buffer, encoding: string): void {
  if (encoding === 'utf-8') {
    texts.set(req, body.toString('utf8'));
  }
}

/** Checks level by level, without recursion. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value].filter(isObject);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= levels) {
      return true;
    }
    level = level.flatMap((one) => Object.values(one) as unknown[]).filter(isObject);
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isJson(req: Request): boolean {
  return typeof req.is(jsonTypes) === 'string';
}

/**
 * Returns the input of a bot for a POST. Fails with 400 if the body nests too deeply and the bot does not take raw
 * text.
 */
export function inputOf(req: Request, rawBody: boolean): unknown {
  const text = rawBody ? texts.get(req) : undefined;
  if (text === undefined && tooDeep.has(req)) {
    throw new OperationOutcomeError(nestedTooDeeply);
  }
  return text ?? (req.body as unknown);
}

const nestedTooDeeply = badRequest(`Content nests more than ${maxLevels} levels deep`);

/** For routes that read the parsed body. */
export const rejectDeepJson: RequestHandler = (req, res, next) => {
  if (tooDeep.has(req)) {
    sendOutcome(res, nestedTooDeeply);
  } else {
    next();
  }
};

/** The content types that a page of another origin can send without a CORS preflight. */
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/**
 * Rejects a write that is not JSON. A page of another origin can send a form or plain text without a CORS preflight,
 * but not JSON. `_search` does not write, and FHIR allows a form there. The content of a Binary may have any other type.
 */
export const requireJson: RequestHandler = (req, res, next) => {
  const isWrite = ['POST', 'PUT', 'PATCH'].includes(req.method) && !/\/_search\/?$/.test(req.path);
  const isBinary = /^\/Binary(?:\/|$)/.test(req.path) && req.get('Content-Type') !== undefined && !req.is(simpleTypes);
  if (isWrite && !isJson(req) && !isBinary) {
    sendOutcome(res, unsupportedMediaType);
  } else {
    next();
  }
};

/** The headers of every response of a Medplum server. */
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

/** An error of body-parser or of Medplum's code. */
interface RequestError {
  outcome?: unknown;
  type?: unknown;
}

/** Handles errors that occur before a bot runs: a body that cannot be parsed, or an outcome that a handler throws. */
export const errorHandler: ErrorRequestHandler = (err: RequestError | undefined, _req, res, next) => {
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

function outcomeOfError(err: RequestError | undefined): OperationOutcome | undefined {
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
