import { type Agent, request } from 'undici'
import { fetchHeaders } from '../load/target.ts'
import type { Sample } from '../servers/bench-server.ts'
import { withMemory } from '../servers/this-server.ts'
import type { World } from '../world/world.ts'
import { startServer } from './running-server.ts'

/** The answer of bare Fastify has these, too. */
const bareHeaders = ['connection', 'content-length', 'content-type', 'date', 'keep-alive']

/** What this server answers to a person who is signed in. */
export async function takeSample(world: World, browsers: Agent): Promise<Sample> {
  const sample: Sample = { sessionBody: '', addedHeaders: {}, cookie: '' }
  const { child, targets } = await startServer(withMemory, { world, sample, browsers }, 1)
  try {
    const { origin, path, cookies } = targets.read
    const [cookie = ''] = cookies
    const answer = await request(origin + path, { headers: fetchHeaders(cookie) })
    const added = Object.entries(answer.headers).filter(([name]) => !bareHeaders.includes(name))
    return {
      sessionBody: await answer.body.text(),
      addedHeaders: Object.fromEntries(added.map(([name, value]) => [name, String(value)])),
      cookie,
    }
  } finally {
    await child.end()
  }
}
