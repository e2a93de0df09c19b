// SPDX-License-Identifier: Apache-2.0 OR MIT
import type { Request, RequestHandler } from 'express';

/** Methods that read. `$execute` by GET runs a bot, and is checked like a write. */
const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps pages of other origins out. The sandbox needs no login, so it answers only where it was asked by a loopback name
 * and its own port, or by the host of `--public-url`: a name that an attacker points at 127.0.0.1 (DNS rebinding) is
 * neither. What changes state is also refused where a browser says that a page of another origin asks; the webhook is
 * exempt, since it is public on a server, too.
 */
export class Hosts {
  readonly #port: number;
  readonly #publicUrl: URL | undefined;

  constructor(port: number, publicUrl: string | undefined) {
    this.#port = port;
    this.#publicUrl = publicUrl === undefined ? undefined : new URL(publicUrl);
  }

  /** Refuses a request for another host. Runs before anything is read. */
  readonly checkHost: RequestHandler = (req, res, next) => {
    if (this.#isHost(req.headers.host)) {
      next();
      return;
    }
    res
      .status(403)
      .type('text/plain')
      .send(
        `The sandbox answers to localhost, 127.0.0.1 and [::1] with port ${this.#port}, ` +
          'and to the host of --public-url. This Host header is none of them.\n',
      );
  };

  /** Refuses a request that changes state and comes from a page of another origin. */
  readonly checkOrigin: RequestHandler = (req, res, next) => {
    // Without regard to case, as Express compares the paths of routes.
    const isExempt = safeMethods.includes(req.method) && !/\/\$execute(?:\/|$)/i.test(req.path);
    if (isExempt || this.#isSameOrigin(req)) {
      next();
      return;
    }
    res.status(403).type('text/plain').send('A page of another origin may not change anything in the sandbox.\n');
  };

  #isSameOrigin(req: Request): boolean {
    const site = req.get('Sec-Fetch-Site');
    const origin = req.get('Origin');
    return (site === undefined || site === 'same-origin' || site === 'none') && (!origin || this.#isOrigin(origin));
  }

  #isHost(host: string | undefined): boolean {
    return (
      host !== undefined &&
      // A URL could hold more than a host.
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
