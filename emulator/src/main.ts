#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { sampleClient, type ClientRegistration } from './directory/clients.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { startEmulator } from './start.ts'

const help = `entra-emulator: a local Microsoft Entra ID and Microsoft Graph

  --port <number>            port to listen on (EMULATOR_PORT, else 4000)
  --redirect-uri <uri>       redirect URI of the sample client; may be repeated
  --client-id <id>           its client id
  --client-secret <secret>   its client secret
  --allow-public-client-flows
                             redeems its device codes without the client secret
  --automatic-user <name>    signs this user in without showing a page
  --help                     this text`

const options = {
  port: { type: 'string' },
  'redirect-uri': { type: 'string', multiple: true },
  'client-id': { type: 'string' },
  'client-secret': { type: 'string' },
  'allow-public-client-flows': { type: 'boolean', default: false },
  'automatic-user': { type: 'string' },
  help: { type: 'boolean' },
} as const

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new TypeError(`The port must be a number from 0 to 65535, not '${text}'`)
}

/** The options of the command line; `undefined` when the help text is wanted. */
function readOptions(): EmulatorOptions | undefined {
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new TypeError(`--${name} must not be empty`)
  }
  const uris = values['redirect-uri']
  const client: ClientRegistration = {
    ...sampleClient,
    ...(values['client-id'] !== undefined && { clientId: values['client-id'] }),
    ...(values['client-secret'] !== undefined && { clientSecret: values['client-secret'] }),
    ...(uris && addressesOf(uris)),
    allowPublicClientFlows: values['allow-public-client-flows'],
  }
  return {
    port: readPort(values.port ?? (process.env['EMULATOR_PORT'] || '4000')),
    clients: [client],
    ...(values['automatic-user'] !== undefined && { automaticUser: values['automatic-user'] }),
  }
}

function originOf(uri: string): string {
  if (/^https?:/.test(uri) && URL.canParse(uri)) return new URL(uri).origin
  throw new TypeError(`--redirect-uri must be an http or https address, not '${uri}'`)
}

/** The front-channel logout URL has the origin of the first redirect URI. */
function addressesOf(redirectUris: string[]) {
  const origins = [...new Set(redirectUris.map(originOf))]
  return {
    redirectUris,
    frontChannelLogoutUri: `${origins[0] ?? ''}/auth/frontchannel-logout`,
  }
}

function describe(emulator: Emulator): string {
  const [client] = emulator.clients
  const users = emulator.users.map((user) => {
    return `    ${user.username}${user.administrator ? '  (administrator)' : ''}`
  })
  return `Local emulator of Microsoft Entra ID and Microsoft Graph. This is not Microsoft:
anybody may sign in as anybody, and nothing leaves this computer.

  AUTHORITY      ${emulator.authority}
  CLIENT_ID      ${client?.clientId ?? ''}
  CLIENT_SECRET  ${client?.clientSecret ?? '(none)'}
  Redirect URI   ${client?.redirectUris.join(', ') ?? ''}
  Graph          ${emulator.graphUrl}/me

  Sample users, without passwords:
${users.join('\n')}

Ctrl-C ends it.`
}

async function run(): Promise<void> {
  const chosen = readOptions()
  if (!chosen) {
    console.log(help)
    return
  }
  const emulator = await startEmulator(chosen)
  // Handlers must exist before the text is printed: a caller may end the emulator on reading it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void emulator.close())
  console.log(describe(emulator))
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `${error.message.replace(/^listen EADDRINUSE: /, '')}: end the other program or choose another --port`
  }
  const [line = ''] = error.message.split('\n')
  return error instanceof TypeError ? `${line} (--help lists the options)` : line
}

try {
  await run()
} catch (error) {
  console.error(`entra-emulator: ${explain(error)}`)
  process.exitCode = 1
}
