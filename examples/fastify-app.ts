import { entraBff, requireCaller, requireRole } from '@entra-bff/server'
import { fastify } from 'fastify'
import { Type } from 'typebox'

// An app that exists already, with a page of its own.
const app = fastify({ logger: true })
app.get('/', (_request, reply) => reply.type('text/html').send(page))
const page = `<a href="/auth/login">Sign in</a>
  <p id="greeting"></p>
  <script type="module">
    const answer = await fetch('/api/greeting', { headers: { 'X-CSRF': '1' } })
    if (answer.ok) greeting.textContent = (await answer.json()).text
  </script>`

const Profile = Type.Object({ jobTitle: Type.String() })

await app.register(entraBff, {
  settings: process.env,
  // Routes that need a session.
  api: async (api, { graph, callApi }) => {
    api.get('/api/greeting', { preHandler: requireRole('Reports.Read') }, async (request) => {
      const { user } = requireCaller(request)
      const call = { resource: graph, path: '/v1.0/me', scopes: ['User.Read'] }
      const { jobTitle } = await callApi(request, call, Profile)
      return { text: `Hello ${user.name}, ${jobTitle}!` }
    })
  },
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close())
await app.listen({ port: Number(process.env['PORT'] ?? 3000) })
