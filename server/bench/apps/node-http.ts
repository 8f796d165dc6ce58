import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { requestProfile } from './profile.ts'
import { jsonType, settings } from './settings.ts'

/** The limit: Node's own server, which answers and does nothing else. */
const { sessionBody, accessToken } = settings
const asset = readFileSync(join(settings.assets, 'app.js'))
const authorization = `Bearer ${accessToken}`

createServer((request, response) => {
  if (request.url === '/api/session') answer(response, jsonType, sessionBody)
  else if (request.url === '/assets/app.js') answer(response, 'text/javascript', asset)
  else if (request.headers.cookie === undefined) refuse(response)
  else void passOn(response)
}).listen(settings.port, '127.0.0.1')

function answer(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': jsonType }).end('{"code":"not_signed_in"}')
}

async function passOn(response: ServerResponse): Promise<void> {
  const { headers, body } = await requestProfile(authorization)
  answer(response, String(headers['content-type']), await body.text())
}
