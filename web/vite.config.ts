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

const restarting = JSON.stringify({
  type: 'about:blank',
  title: 'The server is restarting',
  status: 503,
  code: 'bff_restarting',
  detail: 'The development server of the API does not answer yet.',
  correlationId: '',
})

const toBff: ProxyOptions = {
  // 127.0.0.1, not localhost: the name may mean ::1, where nobody listens.
  target: `http://127.0.0.1:${BFF_PORT}`,
  // The BFF checks the origin that the browser sees.
  changeOrigin: false,
  xfwd: true,
  configure(proxy) {
    proxy.on('error', (_error, _request, response) => {
      if (!(response instanceof ServerResponse) || response.headersSent) return
      response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
      response.end(restarting)
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
    // A view whose styles are missing would look broken: all styles come with the document.
    cssCodeSplit: false,
    // What a view shares with others is small, and comes with the view's own file.
    modulePreload: false,
    // The Content-Security-Policy allows no inline script and no `data:` but images.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // One file for what every page loads: in two it would be larger by a kilobyte.
            { name: 'initial', tags: ['$initial'], priority: 1 },
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
      ['/api', '/auth', '/livez', '/readyz', REDIRECT_PATH].map((path) => [path, toBff]),
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
