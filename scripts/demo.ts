import { startEmulator } from '@entra-bff/emulator'
import { buildApp } from '@entra-bff/server/app'
import { loadConfig } from '@entra-bff/server/config/config'
import { reportRole } from '@entra-bff/shared'
import closeWithGrace from 'close-with-grace'
import pretty from 'pino-pretty'
import { buildWeb } from './support/build.ts'
import { portFrom, requireFreePort } from './support/ports.ts'
import { say } from './support/say.ts'

/** Runs server, page and emulator in one process, without configuration. Leaves nothing behind. */
const port = portFrom(process.env, 'PORT', 3000)
const emulatorPort = portFrom(process.env, 'EMULATOR_PORT', 4000)
await requireFreePort('PORT', port)
await requireFreePort('EMULATOR_PORT', emulatorPort)
buildWeb()

const client = { clientId: '11111111-2222-3333-4444-555555555555', clientSecret: 'demo~secret' }
const origin = `http://localhost:${String(port)}`
const emulator = await startEmulator({
  port: emulatorPort,
  clients: [
    {
      ...client,
      name: 'The entra-bff demo',
      redirectUris: [`${origin}/getAToken`],
      frontChannelLogoutUri: `${origin}/auth/frontchannel-logout`,
      optionalIdTokenClaims: ['sid', 'login_hint', 'acrs', 'auth_time'],
      allowPublicClientFlows: true,
      appRoles: [{ value: reportRole, users: ['AdeleV@contoso.onmicrosoft.com'] }],
    },
  ],
})
const config = loadConfig({
  PORT: String(port),
  CLIENT_ID: client.clientId,
  CLIENT_SECRET: client.clientSecret,
  AUTHORITY: emulator.authority,
  ENDPOINT: `${emulator.graphUrl}/me`,
  SESSION_STORE: 'memory:',
  DEVICE_LOGIN: 'on',
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
})
const users = emulator.users
  .filter((user) => user.tenantId === emulator.tenantId)
  .map((user) => ({ name: user.displayName, username: user.username }))
const app = await buildApp(config, {
  demo: { users },
  logStream: pretty({ colorize: true, singleLine: true, ignore: 'pid,hostname' }),
})
await app.listen({ host: config.host, port })

closeWithGrace({ delay: 3_000, logger: false }, async () => {
  await app.close()
  await emulator.close()
})

say('')
say(`  Open      ${origin}`)
say(`  Sign in   as ${users.map((user) => user.name).join(', ')}: no password`)
say('')
say(`  A local emulator plays Microsoft Entra ID and Graph at ${emulator.url}. It is not`)
say('  Microsoft: nothing is registered and no data leaves this computer. Ctrl-C ends the demo.')
say('')
