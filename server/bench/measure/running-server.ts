import { freePort } from '../../test/support/world.ts'
import type { Target } from '../load/target.ts'
import type { BenchServer } from '../servers/bench-server.ts'
import type { Child } from '../world/child.ts'
import { signIn } from '../world/sign-in.ts'
import type { Bench } from './bench.ts'
import { firstAnswer } from './first-answer.ts'

/** A server that runs, and in which people have signed in. */
export interface RunningServer {
  server: BenchServer
  child: Child
  origin: string
  startMs: number
  targets: Targets
}

/** The loads that the server can take. */
export interface Targets {
  read: Target
  me?: Target
  refusal?: Target
  asset: Target
}

/** @param sessions how many people sign in */
export async function startServer(
  server: BenchServer,
  { world, sample, browsers }: Omit<Bench, 'options'>,
  sessions: number,
): Promise<RunningServer> {
  const port = await freePort()
  const origin = `http://localhost:${String(port)}`
  const child = server.start(world, sample, port)
  try {
    const startMs = await firstAnswer(child, origin + server.ready)
    const { login, read, me, asset = world.script } = server
    const cookies: string[] = login === undefined ? [sample.cookie] : []
    while (login !== undefined && cookies.length < sessions) {
      cookies.push(await signIn(browsers, origin, login))
    }
    const targets: Targets = {
      read: { origin, path: read, cookies, status: 200 },
      asset: { origin, path: asset, cookies: [], status: 200 },
      ...(me !== undefined && {
        me: { origin, path: me, cookies, status: 200 },
        refusal: { origin, path: me, cookies: [], status: 401 },
      }),
    }
    return { server, child, origin, startMs, targets }
  } catch (error) {
    await child.end()
    throw error
  }
}
