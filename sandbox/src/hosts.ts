// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Request, RequestHandler } from 'express';

/** Methods that do not write. `$execute` runs a bot even with GET, so it is checked like a write. */
const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Rejects requests from pages of other origins. The sandbox has no login, so it only answers requests to a loopback
 * name with its own port, or to the host of `--public-url`. This stops DNS rebinding, in which an attacker's name
 * resolves to 127.0.0.1. A request that changes state is also rejected if its `Origin` or `Sec-Fetch-Site` header shows
 * another origin. The webhook is exempt, since it is public on a server too.
 */
export class Hosts {
  readonly #port: number;
  readonly #publicUrl: URL | undefined;

  constructor(port: number, publicUrl: string | undefined) {
    this.#port = port;
    this.#publicUrl = publicUrl === undefined ? undefined : new URL(publicUrl);
  }

  /** Rejects a request for another host. It runs before the body is read. */
  readonly checkHost: RequestHandler = (req, res, next) => {
    if (this.#isHost(req.headers.host)) {
      next();
      return;
    }
    res
      .status(403)
      .type('text/plain')
      .send(
        `The sandbox accepts the hosts localhost, 127.0.0.1 and [::1] with port ${this.#port}, ` +
          'and the host of --public-url. This Host header is a different one.\n',
      );
  };

  /** Rejects a request from another origin if it changes state. */
  readonly checkOrigin: RequestHandler = (req, res, next) => {
    // Express also compares paths without regard to case.
    const isExempt = safeMethods.includes(req.method) && !/\/\$execute(?:\/|$)/i.test(req.path);
    if (isExempt || this.#isSameOrigin(req)) {
      next();
      return;
    }
    res.status(403).type('text/plain').send('A page of another origin cannot change anything in the sandbox.\n');
  };

  #isSameOrigin(req: Request): boolean {
    const site = req.get('Sec-Fetch-Site');
    const origin = req.get('Origin');
    return (site === undefined || site === 'same-origin' || site === 'none') && (!origin || this.#isOrigin(origin));
  }

  #isHost(host: string | undefined): boolean {
    return (
      host !== undefined &&
      // The pattern rejects URLs that contain more than a host.
      /^[\w.:[\]-]+$/.test(host) &&
      (this.#isOrigin(`http://${host}`) || this.#isOrigin(`${this.#publicUrl?.protocol ?? ''}//${host}`))
    );
  }

  #isOrigin(origin: string): boolean {
    if (!URL.canParse(origin)) {
      return false;
    }
    const { protocol, hostname, port, host } = new URL(origin);
    const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
    const isLocal = protocol === 'http:' && isLoopback && Number(port || 80) === this.#port;
    return isLocal || (protocol === this.#publicUrl?.protocol && host === this.#publicUrl.host);
  }
}
