import fastifyStatic from '@fastify/static'
import { fastify } from 'fastify'
import { requestProfile } from './profile.ts'
import { jsonType, settings } from './settings.ts'

/**
 * What all ratios are of: Fastify without hooks, log and sessions, which answers the same bytes. The
 * argument, if there is one, holds headers for every answer, as JSON.
 */
const [headersJson] = process.argv.slice(2)
const { sessionBody, accessToken } = settings
const authorization = `Bearer ${accessToken}`
const app = fastify()

if (headersJson !== undefined) {
  const added = JSON.parse(headersJson) as Record<string, string>
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(added)
    next()
  })
}

await app.register(fastifyStatic, { root: settings.assets, prefix: '/assets/', wildcard: false })

app.get('/api/session', (_request, reply) => {
  void reply.type(jsonType).send(sessionBody)
})

app.get('/api/me', async (request, reply) => {
  if (request.headers.cookie === undefined) return reply.code(401).send({ code: 'not_signed_in' })
  const { headers, body } = await requestProfile(authorization)
  return reply.type(String(headers['content-type'])).send(await body.text())
})

await app.listen({ port: settings.port, host: '127.0.0.1' })
