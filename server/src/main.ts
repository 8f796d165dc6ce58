import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import { fastify, type FastifyBaseLogger } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, loadConfig } from './config/config.ts'
import { isPrivateTransport } from './config/loopback.ts'
import { ConfigError } from './config/reader.ts'
import { loggerOptions } from './http/logger-options.ts'

const settingsFile = '.env'
/** Time for requests in flight to finish. A call of an API that is refreshed and repeated can take longer. */
const graceMs = 25_000
/** Time for a worker to end after that. */
const workerMarginMs = 2_000
/**
 * These signals get no handler, so they end the process. After a JavaScript handler, the failed
 * instruction would run again, without end.
 */
const nativeFaults = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'] as const
const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
const unhandled = 'the server ends after an error that nothing handled'

async function main(): Promise<void> {
  if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)
  const config = loadConfig(process.env)
  // `pnpm dev` starts the server with an IPC channel. When `pnpm dev` dies, the server ends too.
  process.once('disconnect', () => process.kill(process.pid, 'SIGINT'))
  await (config.workers > 1 ? supervise(config) : serve(config))
}

async function serve(config: Config): Promise<void> {
  const app = await buildApp(config)
  await app.listen({ host: config.host, port: config.port })
  let heeded: NodeJS.Signals | undefined
  const skip = [...nativeFaults, ...(cluster.isWorker ? endSignals : [])]
  const closeOptions = { delay: graceMs, logger: app.log, skip }
  const { close } = closeWithGrace(closeOptions, async ({ err, signal = heeded }) => {
    if (err) app.log.fatal({ err }, unhandled)
    // Ctrl-C skips `drain`: a person waits, and no proxy keeps connections open.
    if (signal === 'SIGTERM') await app.drain()
    await app.close()
  })
  if (cluster.isWorker) {
    // A second signal would end the process at once. But a terminal or a service manager sends its
    // signal to all processes, and the first process, which alone decides, sends it to them again.
    for (const signal of endSignals) {
      process.on(signal, () => {
        if (heeded !== undefined) return
        heeded = signal
        close()
      })
    }
  }
  announce(config, app.log)
}

/** Starts the processes that serve, and replaces those that end. */
async function supervise({ workers: count, metrics, logLevel }: Config): Promise<void> {
  const { startWorkers } = await import('./workers.ts')
  const { log } = fastify({ logger: loggerOptions(logLevel) })
  const settingsOf = (slot: number) => ({
    WORKERS: '1',
    ...(metrics && { METRICS_PORT: String(metrics.port + slot) }),
  })
  const workers = await startWorkers({ count, settingsOf, log })
  if (!workers) process.exit(1)
  process.once('exit', workers.kill)
  const closeOptions = { delay: graceMs + workerMarginMs, logger: log, skip: [...nativeFaults] }
  closeWithGrace(closeOptions, async ({ err, signal = 'SIGTERM' }) => {
    if (err) log.fatal({ err }, unhandled)
    await workers.stop(signal)
  })
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
  // The channel to the process that started this one would keep it alive.
  process.exit(1)
})

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}\nAnother program uses that port. End it, or set PORT to another one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
