import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonType, settings } from './settings.ts'

/** What another runtime does: Bun serves the default export, by its own server and its own `fetch`. */
const { endpoint, sessionBody } = settings
const asset = readFileSync(join(settings.assets, 'app.js'))
const authorization = `Bearer ${settings.accessToken}`

async function answer(request: Request): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case '/api/session':
      return new Response(sessionBody, { headers: { 'content-type': jsonType } })
    case '/api/me': {
      if (!request.headers.has('cookie')) {
        return Response.json({ code: 'not_signed_in' }, { status: 401 })
      }
      const { headers, body } = await fetch(endpoint, { headers: { authorization } })
      return new Response(body, { headers: { 'content-type': headers.get('content-type') ?? '' } })
    }
    case '/assets/app.js':
      return new Response(asset, { headers: { 'content-type': 'text/javascript' } })
    default:
      return new Response(null, { status: 404 })
  }
}

export default { port: settings.port, hostname: '127.0.0.1', fetch: answer }
