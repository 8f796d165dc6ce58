import { existsSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, loadConfig } from './config/config.ts'
import { isPrivateTransport } from './config/loopback.ts'
import { ConfigError } from './config/reader.ts'

const settingsFile = '.env'
/** Time for requests in flight to finish. A call of an API that is refreshed and repeated can take longer. */
const graceMs = 25_000
/**
 * These signals get no handler, so they end the process. After a JavaScript handler, the failed
 * instruction would run again, without end.
 */
const nativeFaults = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'] as const

async function main(): Promise<void> {
  if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)
  const config = loadConfig(process.env)
  const app = await buildApp(config)
  await app.listen({ host: config.host, port: config.port })
  const closeOptions = { delay: graceMs, logger: app.log, skip: [...nativeFaults] }
  closeWithGrace(closeOptions, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, 'the server ends after an error that nothing handled')
    // Ctrl-C skips `drain`: a person waits, and no proxy keeps connections open.
    if (signal === 'SIGTERM') await app.drain()
    await app.close()
  })
  // `pnpm dev` starts the server with an IPC channel. When `pnpm dev` dies, the server ends too.
  process.once('disconnect', () => process.kill(process.pid, 'SIGINT'))
  announce(config, app.log)
}

function announce(config: Config, log: FastifyBaseLogger): void {
  log.info(`open ${config.publicUrl}`)
  log.info(`redirect URI to register: ${config.redirectUri}`)
  if (config.metrics) {
    const { host, port } = config.metrics
    log.info(`GET /metrics listens on ${host}, port ${String(port)}`)
  }
  if (!isPrivateTransport(new URL(config.publicUrl))) {
    log.warn('INSECURE_HTTP is on: others on the network can read sessions and use them')
  }
  if (config.secure && !config.trustProxy) {
    log.info('TRUST_PROXY is false: behind a proxy, RATE_LIMIT counts everybody as one address')
  }
  for (const { name, status, detail } of config.setup) {
    if (status !== 'present') log.info(`${name} is ${status}: ${detail}`)
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
})

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}\nAnother program uses that port. End it, or set PORT to another one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
