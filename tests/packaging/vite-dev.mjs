// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Prints what the page of a folder tells when Vite's development server serves it. */
import { createServer } from 'vite';
import { visit } from './chromium.ts';

const told = Promise.withResolvers();
const listening = {
  name: 'told',
  configureServer(server) {
    server.middlewares.use('/told', (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        response.end();
        told.resolve(text);
      });
    });
  },
};
const server = await createServer({
  root: process.argv[2],
  configFile: false,
  logLevel: 'error',
  plugins: [listening],
  server: { host: '127.0.0.1', port: 0, hmr: false, ws: false },
});
await server.listen();
try {
  process.stdout.write(await visit(server.resolvedUrls.local[0], told.promise));
} finally {
  await server.close();
}
