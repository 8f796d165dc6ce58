import { type Agent, request } from 'undici'
import { freePort } from '../../test/support/world.ts'
import { fetchHeaders } from '../load/target.ts'
import type { Sample } from '../servers/bench-server.ts'
import { withMemory } from '../servers/this-server.ts'
import { signIn } from '../world/sign-in.ts'
import type { World } from '../world/world.ts'
import { firstAnswer } from './first-answer.ts'

/** What this server answers to a person who is signed in. */
export async function takeSample(world: World, browsers: Agent): Promise<Sample> {
  const port = await freePort()
  const origin = `http://localhost:${String(port)}`
  const child = withMemory.start(world, { sessionBody: '', cookie: '' }, port)
  try {
    await firstAnswer(child, `${origin}/api/session`)
    const cookie = await signIn(browsers, origin, '/auth/login')
    const { body } = await request(`${origin}/api/session`, { headers: fetchHeaders(cookie) })
    return { sessionBody: await body.text(), cookie }
  } finally {
    await child.end()
  }
}
