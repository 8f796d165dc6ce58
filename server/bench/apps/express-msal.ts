import { type AccountInfo, CryptoProvider } from '@azure/msal-node'
import express from 'express'
import session from 'express-session'
import { type Attempt, codeRequest, codeUrl, newMsal } from './msal.ts'
import { scopes, settings } from './settings.ts'

/**
 * The way of Microsoft's sample for Node: express-session with its own store, MSAL's cache in the
 * session, and `acquireTokenSilent` before each call of Graph.
 */
declare module 'express-session' {
  interface SessionData {
    attempt: Attempt
    tokenCache: string
    account: AccountInfo
  }
}

const crypto = new CryptoProvider()
const app = express()
app.use('/assets', express.static(settings.assets))
app.use(
  session({
    secret: 'a secret of the bench',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, secure: false },
  }),
)

app.get('/auth/signin', async (request, response) => {
  const { verifier, challenge } = await crypto.generatePkceCodes()
  const attempt = { state: crypto.createNewGuid(), verifier }
  request.session.attempt = attempt
  response.redirect(await codeUrl(await newMsal(), attempt.state, challenge))
})

app.get('/auth/redirect', async (request, response) => {
  const msal = await newMsal()
  const query = request.query as Record<string, string>
  const { account } = await msal.acquireTokenByCode(codeRequest(query, request.session.attempt))
  if (!account) throw new Error('the answer names no account')
  request.session.tokenCache = msal.getTokenCache().serialize()
  request.session.account = account
  response.redirect('/')
})

app.get('/', (_request, response) => {
  response.send('signed in')
})

app.get('/api/session', (request, response) => {
  const { account } = request.session
  if (!account) return void response.json({ authenticated: false })
  const { localAccountId: id, tenantId, name, username } = account
  response.json({ authenticated: true, user: { id, tenantId, name, username } })
})

app.get('/api/me', async (request, response) => {
  const { account, tokenCache } = request.session
  if (!account) return void response.status(401).json({ code: 'not_signed_in' })
  const msal = await newMsal()
  if (tokenCache !== undefined) msal.getTokenCache().deserialize(tokenCache)
  const { accessToken } = await msal.acquireTokenSilent({ account, scopes })
  request.session.tokenCache = msal.getTokenCache().serialize()
  const answer = await fetch(settings.endpoint, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  response.json(await answer.json())
})

app.listen(settings.port, '127.0.0.1')
