import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { loadConfig } from '@entra-bff/server/config/config'
import { ConfigError } from '@entra-bff/server/config/reader'
import closeWithGrace from 'close-with-grace'
import { createLogger, createServer, type Logger } from 'vite'
import { root } from './support/paths.ts'
import { portFrom, requireFreePort } from './support/ports.ts'
import { restartOnChange } from './support/restarting-server.ts'
import { say } from './support/say.ts'

/** Vite listens on the public port. What is not for the SPA is forwarded to the server. */
const env = readEnvironment()
const port = portFrom(env, 'PORT', 3000)
const bffPort = portFrom(env, 'BFF_PORT', port + 1)
await requireFreePort('PORT', port)
await requireFreePort('BFF_PORT', bffPort)

Object.assign(process.env, { PORT: String(port), BFF_PORT: String(bffPort) })
if (env['REDIRECT_PATH']) process.env['REDIRECT_PATH'] = env['REDIRECT_PATH']
const vite = await createServer({
  configFile: join(root, 'web/vite.config.ts'),
  customLogger: withoutRefusedConnections(createLogger('warn')),
})

const server = restartOnChange(() => {
  const fresh = readEnvironment()
  return {
    ...fresh,
    PUBLIC_URL: fresh['PUBLIC_URL'] || `http://localhost:${String(port)}`,
    HOST: '127.0.0.1',
    LOG_LEVEL: fresh['LOG_LEVEL'] || 'warn',
    PORT: String(bffPort),
  }
})
closeWithGrace({ delay: 5_000, logger: false }, async () => {
  await server.stop()
  await vite.close()
})

// An open page sends requests as soon as Vite listens: the server must listen first.
await server.settled(bffPort)
await vite.listen()
announce()

function announce(): void {
  try {
    const config = loadConfig({ ...env, PORT: String(port) })
    say('')
    say(`  Open                      ${config.publicUrl}`)
    say(`  Redirect URI to register  ${config.redirectUri}`)
    if (!config.entra) say('  Not configured yet: the page shows what to put into .env')
    say('')
  } catch (error) {
    // The server itself prints what is wrong with its settings, at each start.
    if (!(error instanceof ConfigError)) throw error
  }
}

/** Hides the stack that Vite would print for each request while the server restarts. */
function withoutRefusedConnections(logger: Logger): Logger {
  return {
    ...logger,
    error: (message, options) => {
      if (!message.includes('ECONNREFUSED')) logger.error(message, options)
    },
  }
}

function readEnvironment(): NodeJS.ProcessEnv {
  const file = join(root, '.env')
  const settings = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  return { ...settings, ...process.env }
}
