import { readFileSync } from 'node:fs'
import { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, type ProxyOptions } from 'vite'
import { defineConfig } from 'vitest/config'
import { compress } from './compress.ts'

const { PORT = '3000', BFF_PORT = '3001', REDIRECT_PATH = '/getAToken' } = process.env
const manifest = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  version: string
}

const toBff: ProxyOptions = {
  // Not localhost: this name may mean ::1, where the server does not listen.
  target: `http://127.0.0.1:${BFF_PORT}`,
  // The Host header stays: the server checks the origin that the browser sees.
  changeOrigin: false,
  xfwd: true,
  configure(proxy) {
    proxy.on('error', (_error, _request, response) => {
      if (!(response instanceof ServerResponse) || response.headersSent) return
      // As of any gateway without a server, without problem details: the client then repeats a GET.
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' })
      response.end('The server does not answer yet.')
    })
  },
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue({ features: { optionsAPI: false } }), compress()],
  define: { __APP_VERSION__: JSON.stringify(manifest.version) },
  resolve: { conditions: ['@entra-bff/source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // One file of styles: a view whose own styles failed to load would look broken.
    cssCodeSplit: false,
    // A view's own file and the files that it shares with other views load at the same time.
    modulePreload: { polyfill: false },
    // The Content-Security-Policy allows no inline script, and `data:` for images only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // One file for what every page loads: two files would be a kilobyte larger.
            { name: 'initial', tags: ['$initial'], priority: 2 },
            // One file for what a person who is signed in sees first.
            { name: 'account', test: /WelcomeView|SessionExpiry/, priority: 1 },
            { name: 'parts', minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    host: 'localhost',
    port: Number(PORT),
    strictPort: true,
    proxy: Object.fromEntries(
      [...['/api', '/auth', '/doctor', '/livez', '/openapi.json', '/readyz', REDIRECT_PATH]].map(
        (path) => [path, toBff],
      ),
    ),
  },
  test: {
    name: 'web',
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    unstubGlobals: true,
  },
})
