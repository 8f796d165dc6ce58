import express from 'express'
import openidConnect from 'express-openid-connect'
import { origin, scopes, settings } from './settings.ts'

/** `store` as the argument keeps sessions in memory. Without it, they lie encrypted in the cookie. */
const usesStore = process.argv[2] === 'store'
const sessions = new Map<string, openidConnect.SessionStorePayload>()
const store: openidConnect.SessionStore = {
  get: (id, done) => {
    done(null, sessions.get(id))
  },
  set: (id, session, done) => {
    sessions.set(id, session)
    done?.(null)
  },
  destroy: (id, done) => {
    sessions.delete(id)
    done?.(null)
  },
}

const app = express()
app.use('/assets', express.static(settings.assets))
app.use(
  openidConnect.auth({
    issuerBaseURL: `${settings.authority}/v2.0`,
    baseURL: origin,
    clientID: settings.clientId,
    clientSecret: settings.clientSecret,
    secret: 'a secret of the bench, of 32 characters or more',
    authRequired: false,
    authorizationParams: { response_type: 'code', scope: scopes.join(' ') },
    ...(usesStore && { session: { store } }),
  }),
)

app.get('/', (_request, response) => {
  response.send('signed in')
})

app.get('/api/session', ({ oidc }, response) => {
  response.json(
    oidc.isAuthenticated() ? { authenticated: true, user: oidc.user } : { authenticated: false },
  )
})

app.get('/api/me', async ({ oidc }, response) => {
  if (!oidc.isAuthenticated()) return void response.status(401).json({ code: 'not_signed_in' })
  const token = oidc.accessToken?.access_token ?? ''
  const answer = await fetch(settings.endpoint, { headers: { authorization: `Bearer ${token}` } })
  response.json(await answer.json())
})

app.listen(settings.port, '127.0.0.1')
