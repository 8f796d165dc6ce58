import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { MetricsSettings } from '../config/metrics.ts'
import { ConfigError } from '../config/reader.ts'
import { pathOf } from '../http/path.ts'

/**
 * Answers `GET /metrics` from the start of the app to its end, on a port of its own: the port of the app
 * is open to everybody.
 */
export function listenForScrapes(
  app: FastifyInstance,
  { host, port }: MetricsSettings,
  registry: Registry,
): void {
  const server = createServer((request, response) => {
    answer(request, response, registry).catch((err: unknown) => {
      app.log.error({ err }, 'the metrics cannot be collected')
      response.writeHead(500).end()
    })
  })
  // A start that fails must end, so this port alone does not keep the process alive.
  server.unref()
  app.addHook('onReady', async () => {
    // `exclusive`: a worker listens by itself, on a port of its own.
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening').catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ConfigError([`METRICS_PORT ${String(port)} cannot be used: ${reason}`])
    })
    server.on('error', (err) => {
      app.log.error({ err }, 'the port of the metrics has a problem')
    })
  })
  app.addHook('onClose', async () => {
    server.close()
    server.closeAllConnections()
  })
}

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
): Promise<void> {
  if (pathOf(url) !== '/metrics') response.writeHead(404).end()
  else if (method !== 'GET') response.writeHead(405, { allow: 'GET' }).end()
  else {
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  }
}
