import { join } from 'node:path'
import { CryptoProvider } from '@azure/msal-node'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type FastifySessionOptions } from '@fastify/session'
import fastifyStatic from '@fastify/static'
import { fastify, type Session } from 'fastify'
import { open } from 'lmdb'
import { type Attempt, codeRequest, codeUrl, newMsal } from './msal.ts'
import { requestProfile } from './profile.ts'
import { settings } from './settings.ts'

/** The plugin as it is, with its defaults, on a store of files: user and access token lie in the session. */
declare module 'fastify' {
  interface Session {
    attempt?: Attempt
    user?: { id: string; tenantId: string; name: string | undefined; username: string }
    accessToken?: string
  }
}

const db = open<Session, string>({ path: join(settings.folder, 'sessions.mdb') })
const store: FastifySessionOptions['store'] = {
  get: (id, done) => {
    done(null, db.get(id) ?? null)
  },
  set: (id, session, done) => {
    // The session is an object with methods; what is stored is what its `toJSON` gives.
    const stored = JSON.parse(JSON.stringify(session)) as Session
    db.put(id, stored).then(() => {
      done(null)
    }, done)
  },
  destroy: (id, done) => {
    db.remove(id).then(() => {
      done(null)
    }, done)
  },
}

const crypto = new CryptoProvider()
const app = fastify()
await app.register(fastifyStatic, { root: settings.assets, prefix: '/assets/', wildcard: false })
await app.register(fastifyCookie)
await app.register(fastifySession, {
  secret: 'a secret of the bench, of 32 characters or more',
  cookie: { secure: false },
  saveUninitialized: false,
  store,
})

app.get('/auth/signin', async ({ session }, reply) => {
  const { verifier, challenge } = await crypto.generatePkceCodes()
  session.attempt = { state: crypto.createNewGuid(), verifier }
  return reply.redirect(await codeUrl(await newMsal(), session.attempt.state, challenge))
})

app.get('/auth/redirect', async (request, reply) => {
  const msal = await newMsal()
  const query = request.query as Record<string, string>
  const answer = await msal.acquireTokenByCode(codeRequest(query, request.session.attempt))
  if (!answer.account) throw new Error('the answer names no account')
  const { localAccountId: id, tenantId, name, username } = answer.account
  await request.session.regenerate()
  request.session.user = { id, tenantId, name, username }
  request.session.accessToken = answer.accessToken
  return reply.redirect('/')
})

app.get('/', () => 'signed in')

app.get('/api/session', async ({ session: { user } }) =>
  user ? { authenticated: true, user } : { authenticated: false },
)

app.get('/api/me', async ({ session: { accessToken } }, reply) => {
  if (accessToken === undefined) return reply.code(401).send({ code: 'not_signed_in' })
  const authorization = `Bearer ${accessToken}`
  const { headers, body } = await requestProfile(authorization)
  return reply.type(String(headers['content-type'])).send(await body.text())
})

await app.listen({ port: settings.port, host: '127.0.0.1' })
