import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { startEmulator } from '@entra-bff/emulator'
import { request as send } from 'undici'
import { settings } from './settings.ts'

/** The emulator over https. Each sign-in is by another person, and gets tokens of Entra's size. */
const [keyFile = '', certificateFile = '', ...redirectUris] = process.argv.slice(2)
const tokenCharacters = { access_token: 2_000, refresh_token: 1_200 }
/** May stand in a token (RFC 6750 section 2.1), and never does in one of the emulator. */
const separator = '~'

const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) })
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const url = `https://localhost:${String(port)}`
const emulator = await startEmulator({
  publicUrl: url,
  graphUrl: url,
  automaticUser: 'AdeleV@contoso.onmicrosoft.com',
  lifetimes: { accessToken: 4 * 3_600 },
  clients: [
    {
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      redirectUris,
      optionalIdTokenClaims: ['sid', 'login_hint'],
    },
  ],
})

server.on('request', (request, response) => {
  const { authorization } = request.headers
  if (authorization !== undefined) request.headers.authorization = withoutPadding(authorization)
  const [path = ''] = request.url?.split('?', 1) ?? []
  if (!path.endsWith('/token')) emulator.handler(request, response)
  else sendTokens(request, response).catch(() => response.destroy())
})
process.stdout.write(`${emulator.authority}\n`)

async function sendTokens(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { authorization } = request.headers
  const form = await text(request)
  const person = randomUUID()
  emulator.tamperNextIdToken((claims) => ({
    ...claims,
    oid: person,
    sid: randomUUID(),
    preferred_username: `${person}@contoso.onmicrosoft.com`,
  }))
  const answer = await send(`${emulator.url}${request.url ?? ''}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization !== undefined && { authorization }),
    },
    body: form,
  })
  const tokens = (await answer.body.json()) as Record<string, unknown>
  for (const [name, characters] of Object.entries(tokenCharacters)) {
    const token = tokens[name]
    if (typeof token === 'string') tokens[name] = padded(token, characters)
  }
  emulator.clearRequests()
  const type = { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(answer.statusCode, type).end(JSON.stringify(tokens))
}

/** Random characters, which compress no better than those of a real token. */
function padded(token: string, characters: number): string {
  const padding = randomBytes(characters).toString('base64url')
  return `${token}${separator}${padding}`.slice(0, characters)
}

function withoutPadding(authorization: string): string {
  return authorization.split(separator, 1)[0] ?? ''
}
