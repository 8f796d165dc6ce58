import { randomUUID } from 'node:crypto'
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

const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) })
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const emulator = await startEmulator({
  publicUrl: `https://localhost:${String(port)}`,
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
  if (!request.url?.endsWith('/token')) emulator.handler(request, response)
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
    sub: person,
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
    if (typeof token === 'string') tokens[name] = token.padEnd(characters, 'x').slice(0, characters)
  }
  emulator.clearRequests()
  const type = { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(answer.statusCode, type).end(JSON.stringify(tokens))
}
