// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Prints the result of a folder's page on Vite's development server. */
import { createServer } from 'vite';
import { openForResult } from './chromium.ts';

const result = Promise.withResolvers();
const listening = {
  name: 'result',
  configureServer(server) {
    server.middlewares.use('/result', (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        response.end();
        result.resolve(text);
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
  process.stdout.write(await openForResult(server.resolvedUrls.local[0], result.promise));
} finally {
  await server.close();
}
