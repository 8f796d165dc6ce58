import { type Agent, request } from 'undici'
import { fetchHeaders } from '../load/target.ts'
import type { Sample } from '../servers/bench-server.ts'
import { withMemory } from '../servers/this-server.ts'
import type { World } from '../world/world.ts'
import { startServer } from './running-server.ts'

/** What this server answers to a person who is signed in. */
export async function takeSample(world: World, browsers: Agent): Promise<Sample> {
  const sample = { sessionBody: '', cookie: '' }
  const { child, targets } = await startServer(withMemory, { world, sample, browsers }, 1)
  try {
    const { origin, path, cookies } = targets.read
    const [cookie = ''] = cookies
    const { body } = await request(origin + path, { headers: fetchHeaders(cookie) })
    return { sessionBody: await body.text(), cookie }
  } finally {
    await child.end()
  }
}
