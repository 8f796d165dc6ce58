import type { Agent } from 'undici'
import { freePort } from '../../test/support/world.ts'
import { type Latency, pacedLoad } from '../load/paced.ts'
import { fetchHeaders, type Target } from '../load/target.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import type { Form } from '../options.ts'
import type { Row, Sample } from '../servers/row.ts'
import { signIn, signInMany } from '../world/sign-in.ts'
import type { World } from '../world/world.ts'
import { firstAnswer, statusOf } from './first-answer.ts'
import { cpuMs, memoryOf } from './process-tree.ts'

/** What was measured in one life of one server. A member is absent where the server has no such thing. */
export interface Visit {
  startMs: number
  /** Megabytes with one session, before any load. */
  memory: number
  read?: Load
  me?: Load
  refusal?: Load
  asset?: Load
  readAtHalf?: Latency
  meAtHalf?: Latency
  /** CPU milliseconds of one sign-in. */
  signInMs?: number
}

export interface Bench {
  form: Form
  world: World
  sample: Sample
  browsers: Agent
}

/** One person has a few calls of Graph under way at a time, so the load is that of several. */
const sessions = 16

/** Starts a server, measures what the form asks for, and ends the server. */
export async function visit(row: Row, { form, world, sample, browsers }: Bench): Promise<Visit> {
  const port = await freePort()
  const origin = `http://localhost:${String(port)}`
  const startedAt = performance.now()
  const child = row.start(world, sample, port)
  try {
    await firstAnswer(child, origin + row.ready)
    const startMs = performance.now() - startedAt
    const { login } = row
    const begin = () => (login === undefined ? sample.cookie : signIn(browsers, origin, login))
    const cookies = [await begin()]
    const result: Visit = { startMs, memory: memoryOf(child.pid).rss }
    while (login !== undefined && cookies.length < sessions) cookies.push(await begin())
    const read: Target = { origin, path: row.read, cookies, status: 200 }
    const me: Target = { origin, path: row.me ?? '', cookies, status: 200 }
    const refusal: Target = { ...me, cookies: [], status: 401 }
    const asset: Target = { ...read, path: row.asset ?? world.script, cookies: [] }
    const load = async (target: Target) => {
      await requireStatus(target)
      await fullLoad(child.pid, target, form.warmUpSeconds, world.folder)
      return fullLoad(child.pid, target, form.loadSeconds, world.folder)
    }
    const half = (target: Target, { rate }: Load) => pacedLoad(target, rate / 2, form.loadSeconds)

    if (form.measures('read', 'latency')) result.read = await load(read)
    if (form.measures('latency') && result.read) result.readAtHalf = await half(read, result.read)
    if (row.me !== undefined) {
      if (form.measures('me', 'latency')) result.me = await load(me)
      if (form.measures('latency') && result.me) result.meAtHalf = await half(me, result.me)
      if (form.measures('refusal')) result.refusal = await load(refusal)
    }
    if (form.measures('asset')) result.asset = await load(asset)
    if (form.measures('sign-in') && login !== undefined) {
      await signInMany(browsers, origin, login, form.signIns / 4)
      const before = cpuMs(child.pid)
      await signInMany(browsers, origin, login, form.signIns)
      result.signInMs = (cpuMs(child.pid) - before) / form.signIns
    }
    return result
  } finally {
    await child.end()
  }
}

/** A load of errors would look like a fast server. */
async function requireStatus({ origin, path, cookies, status }: Target): Promise<void> {
  const answered = await statusOf(origin + path, fetchHeaders(cookies[0]))
  if (answered !== status) {
    throw new Error(`${origin}${path} answers ${String(answered)}, not ${String(status)}`)
  }
}
